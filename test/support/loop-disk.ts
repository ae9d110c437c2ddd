import { spawnSync } from "node:child_process";
import { copyFileSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { needs } from "./needs.ts";

/** ext4 on a file, mounted through a loop device, so that the power can be cut under it. Root only. */

/**
 * Whether this machine lets us mount such a disk, for `describe.skipIf(!loopDisksWork())`. Where everything must be
 * there (CI=true), it fails instead.
 */
export function loopDisksWork(): boolean {
  const hasPrograms = [needs("mkfs.ext4"), needs("losetup"), needs("mount")].every(Boolean);
  const works = hasPrograms && process.getuid?.() === 0 && run("losetup", "-f").status === 0;
  if (!works && process.env["CI"] === "true") {
    throw new Error("Loop devices and root are needed, and CI must skip nothing.");
  }
  return works;
}

/**
 * Nothing reaches the disk but what is synced: no writing ahead at a rename, and a commit only every five minutes.
 */
const mountOptions = "loop,noauto_da_alloc,commit=300";

export interface LoopDisk {
  /** Where it is mounted. */
  readonly root: string;
  /** The disk as it would be found if the power went now, mounted anew at `name`. */
  cut(name: string): LoopDisk;
  unmount(): void;
}

export function makeLoopDisk(directory: string): LoopDisk {
  const image = join(directory, "disk.img");
  must("truncate", "--size=32M", image);
  must("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
  return mounted(directory, image, "disk");
}

function mounted(directory: string, image: string, name: string): LoopDisk {
  const root = join(directory, name);
  mkdirSync(root);
  must("mount", "-o", mountOptions, image, root);
  let isMounted = true;
  const unmount = (): void => {
    if (isMounted) must("umount", root);
    isMounted = false;
  };
  onTestFinished(() => {
    if (isMounted) run("umount", "--lazy", root);
  });
  return {
    root,
    cut(cutName) {
      const copy = join(directory, `${cutName}.img`);
      copyFileSync(image, copy, constants.COPYFILE_FICLONE);
      return mounted(directory, copy, cutName);
    },
    unmount,
  };
}

function run(program: string, ...args: readonly string[]) {
  return spawnSync(program, args, { encoding: "utf8", timeout: 30_000 });
}

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
