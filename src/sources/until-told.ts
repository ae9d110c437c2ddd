import { refused } from "../artifact/artifact-error.ts";
import type { ByteSource } from "../platform/types.ts";

/**
 * The same bytes, until this process is told to end: to unpack or to copy a large bundle may take longer than it has
 * then. `read` throws ArtifactError.
 */
export function untilTold<S extends ByteSource>(signal: AbortSignal, source: S): S {
  const { name } = source;
  return {
    ...source,
    async *read(...args: Parameters<ByteSource["read"]>) {
      for await (const piece of source.read(...args)) {
        if (signal.aborted)
          throw refused("interrupted", name, `"${name}" was being unpacked.`, again);
        yield piece;
      }
    },
  };
}

const again = { hint: "This program was told to end: call the command again." };
