import type { Supply } from "../sources/access.ts";
import { openCache } from "../sources/cache/cache.ts";
import type { Machine } from "./machine.ts";
import { openMenderServer } from "./mender-server.ts";
import type { Settings } from "./settings.ts";

/** What an update is made from besides files, and the same for whoever can do without what cannot be had soon. */
export interface Supplies extends Supply {
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
  const { files, decompressors, clock } = machine.platform;
  const { keys, cache: wanted, server: served } = settings;
  const cache = await openCache({
    files,
    decompressors,
    clock,
    keys,
    directory: wanted.directory,
    maxBytes: wanted.maxBytes,
    isFilled: wanted.isEnabled,
    tell: ({ message }) => tell(message),
  });
  const server = openMenderServer(machine, served, tell);
  const heads: Supply["heads"] = new Map();
  const hasty = { cache, heads, server: server.hasty };
  try {
    return await use({ cache, heads, server: server.patient, hasty });
  } finally {
    await cache.idle();
    await server.close();
  }
}
