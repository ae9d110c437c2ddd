import { unlessRefused } from "../platform/types.ts";
import { listCache } from "../sources/cache/contents.ts";
import { indexed, soundEntries } from "../sources/cache/indexed.ts";
import type { Elsewhere } from "../sources/elsewhere.ts";
import type { MenderServer } from "../sources/server/server.ts";
import type { Machine } from "./machine.ts";
import { openMenderServer } from "./mender-server.ts";
import type { Settings } from "./settings.ts";

/** The cache and the Mender Server, to look for Artifacts in: changes nothing, so no lock is needed. */
export async function withElsewhere<T>(
  machine: Machine,
  settings: Settings,
  use: (elsewhere: Elsewhere) => Promise<T>,
): Promise<T> {
  const server = openMenderServer(machine, settings.server, (message) => machine.tell([message]));
  try {
    return await use(elsewhereOf(machine, settings, server.hasty));
  } finally {
    await server.close();
  }
}

/** The same for who has a Server open already. */
export function elsewhereOf(
  { platform: { files, decompressors } }: Machine,
  { keys, cache }: Pick<Settings, "keys" | "cache">,
  server: MenderServer,
): Elsewhere {
  const look = async () => {
    // One that cannot be used is none: it is never the reason of a failure.
    const entries = unlessRefused(() => listCache(files, cache.directory).entries, []);
    return soundEntries(await indexed({ files, decompressors, keys }, entries));
  };
  let looking: ReturnType<typeof look> | null = null;
  return { server, cached: () => (looking ??= look()) };
}
