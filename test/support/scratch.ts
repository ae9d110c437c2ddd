import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/**
 * A fresh directory for the test that is running, removed after it. Of tests that run at the same time nobody knows
 * which one is: they give the `onTestFinished` of their own context.
 */
export function scratchDirectory(atEnd: typeof onTestFinished = onTestFinished): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "orchestrator-test-"));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
