import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/**
 * Where small Systems lie that only processes are killed on: in memory, if there is room and programs can be started
 * there, else among all temporary files. What a killed process has written is there on either; what a power cut leaves
 * is tried elsewhere, on disks that can lose it. The syncs of a deployment take a sixth of its time on a disk.
 */
export function memoryDirectory(): string {
  return isOfUse() ? inMemory : tmpdir();
}

const inMemory = "/dev/shm";
const tmpfsType = 0x0102_1994;
const enoughBytes = 512 * 2 ** 20;

function isOfUse(): boolean {
  try {
    accessSync(inMemory, constants.W_OK);
    const { type, bavail, bsize } = statfsSync(inMemory);
    return type === tmpfsType && bavail * bsize > enoughBytes && !isWithoutPrograms();
  } catch {
    return false;
  }
}

function isWithoutPrograms(): boolean {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const [, , , options = ""] =
    mounts.findLast((line) => line.split(" ")[1] === inMemory)?.split(" ") ?? [];
  return options.split(",").includes("noexec");
}
