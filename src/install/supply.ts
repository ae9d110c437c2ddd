import type { Problem } from "../core/problem.ts";
import type { Supply } from "../sources/access.ts";
import { openCache } from "../sources/cache/cache.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import { openMenderServer, type OpenServer } from "./mender-server.ts";
import type { Settings } from "./settings.ts";
import type { Working } from "./working.ts";

/** What an update is made from besides files, and the same for whoever can do without what cannot be had soon. */
export interface Supplies extends Supply {
  readonly working: Working;
  readonly hasty: Supply;
}

/**
 * The cache, and the Mender Server behind it; the caller holds the lock. `tell` is told what goes wrong and is got
 * over.
 */
export async function withSupply<T>(
  machine: Machine,
  settings: Settings,
  tell: (message: string) => void,
  use: (supply: Supplies) => Promise<T>,
): Promise<T> {
  const server = openMenderServer(machine, settings.server, tell);
  try {
    return await withSupplyFrom(server, machine, settings, tell, use);
  } finally {
    await server.close();
  }
}

/** The same for who has a Server open already, and closes it. */
export async function withSupplyFrom<T>(
  server: OpenServer,
  machine: Machine,
  settings: Pick<Settings, "keys" | "cache">,
  tell: (message: string) => void,
  use: (supply: Supplies) => Promise<T>,
): Promise<T> {
  const { files, decompressors, clock } = machine.platform;
  const { keys, cache: wanted } = settings;
  const ports = {
    files,
    decompressors,
    clock,
    keys,
    tell: ({ message }: Problem) => tell(message),
  };
  const cache = await openCache({
    ...ports,
    directory: wanted.directory,
    maxBytes: wanted.maxBytes,
    isFilled: wanted.isEnabled,
  });
  const aside = await openCache({
    ...ports,
    directory: datastoreOf(machine).files,
    maxBytes: null,
    isFilled: false,
  });
  const heads: Supply["heads"] = new Map();
  const here = { cache, aside, heads };
  const hasty = { ...here, server: server.hasty };
  try {
    return await use({ ...here, server: server.patient, hasty, working: machine.working });
  } finally {
    await Promise.all([cache.idle(), aside.idle()]);
  }
}
