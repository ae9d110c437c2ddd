import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { nodeLocks } from "../../src/platform/locks.ts";

/**
 * A process that takes a lock as it is told, one line each: `take` answers `taken` or `held by PID`; `release`;
 * `die` takes it, checks that nobody else has it, and ends as kill -9 does.
 * Arguments: the lock's path, and the programs that may be its `flock`.
 */
const [path = "", ...programs] = process.argv.slice(2);
const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
const locks = nodeLocks(() => bootId, programs);

let release = (): void => {};

async function take(): Promise<string> {
  const answer = await locks.acquire(path);
  if (!("lock" in answer)) return `held by ${answer.heldBy}`;
  release = () => answer.lock.release();
  return "taken";
}

async function takeAndDie(): Promise<void> {
  while ((await take()) !== "taken");
  // Fails, and says so, where another process is at this place as well.
  writeFileSync(`${path}.witness`, "", { flag: "wx" });
  rmSync(`${path}.witness`);
  process.kill(process.pid, "SIGKILL");
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "take") process.stdout.write(`${await take()}\n`);
  if (line === "release") {
    release();
    process.stdout.write("released\n");
  }
  if (line === "die") await takeAndDie();
}
