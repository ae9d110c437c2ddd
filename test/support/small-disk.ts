import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { onTestFinished } from "vitest";
import { needs } from "./needs.ts";

/**
 * Whether this machine lets us mount a small file system in memory, for `describe.skipIf(!smallDisksWork())`. Where
 * everything must be there (CI=true), it fails instead.
 */
export function smallDisksWork(): boolean {
  const works = needs("mount") && process.getuid?.() === 0;
  if (!works && process.env["CI"] === "true") {
    throw new Error("Root is needed to mount a small disk, and CI must skip nothing.");
  }
  return works;
}

/** Mounts one of so many KiB at `path`, until the test is over. */
export function mountSmallDisk(path: string, kilobytes: number): void {
  mkdirSync(path, { recursive: true });
  const { status, stderr } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=755`, "tmpfs", path],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`mount: ${stderr}`);
  onTestFinished(() => unmountSmallDisk(path));
}

/** For what removes the directory before the test is over. */
export function unmountSmallDisk(path: string): void {
  spawnSync("umount", ["--lazy", path]);
}
