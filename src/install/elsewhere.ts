import { unlessRefused } from "../platform/types.ts";
import { listCache } from "../sources/cache/contents.ts";
import { indexed, soundEntries } from "../sources/cache/indexed.ts";
import type { Elsewhere } from "../sources/elsewhere.ts";
import type { Machine } from "./machine.ts";
import { openMenderServer } from "./mender-server.ts";
import type { Settings } from "./settings.ts";

/** The cache and the Mender Server, to look for Artifacts in: changes nothing, so no lock is needed. */
export async function withElsewhere<T>(
  machine: Machine,
  { keys, cache, server }: Settings,
  use: (elsewhere: Elsewhere) => Promise<T>,
): Promise<T> {
  const { files, decompressors } = machine.platform;
  const look = async () => {
    // One that cannot be used is none: it is never the reason of a failure.
    const entries = unlessRefused(() => listCache(files, cache.directory).entries, []);
    return soundEntries(await indexed({ files, decompressors, keys }, entries));
  };
  let looking: ReturnType<typeof look> | null = null;
  const open = openMenderServer(machine, server, (message) => machine.tell([message]));
  try {
    return await use({
      server: open.hasty,
      cached: () => (looking ??= look()),
    });
  } finally {
    await open.close();
  }
}
