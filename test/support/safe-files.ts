import * as fs from "node:fs";
import { nodeFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/types.ts";

/** The real files, as if nobody else could write to what lies above this directory; the real one is below /tmp. */
export function safeFiles(directory: string): Files {
  return nodeFiles({
    ...fs,
    lstatSync(path) {
      const stats = fs.lstatSync(path);
      if (directory.startsWith(path)) stats.mode &= ~0o022;
      return stats;
    },
  });
}
