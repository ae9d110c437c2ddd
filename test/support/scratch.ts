import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A fresh directory for the test that is running, removed after it. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "orchestrator-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
