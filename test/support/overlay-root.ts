import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/**
 * A throw-away root: an overlay on ours, so that everything is there and nothing of ours is changed. It lies in a mount
 * namespace of its own. Needs root and namespaces.
 */
export interface OverlayRoot {
  /** The process whose namespace the root lies in: all of it is gone with the process. */
  readonly holder: ChildProcess;
  /** A path below the root as this process can reach it. */
  readonly path: (...parts: readonly string[]) => string;
  /** Lays what was changed on the root beneath it, under a name. */
  readonly keep: (as: string) => Promise<void>;
  /** Drops what was changed since, and has the root lie on what was kept under that name. */
  readonly drop: (as: string) => Promise<void>;
}

/** Lays it at `root` in the directory. */
export async function overlayRoot(directory: string): Promise<OverlayRoot> {
  const holder = spawn(
    "unshare",
    ["-m", "--propagation", "private", "sh", "-euc", mountRoot, "sh", directory],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const isMounted = () =>
    new Promise<void>((settle, refuse) => {
      const ended = () => refuse(new Error("the root of the device could not be mounted"));
      holder.once("exit", ended);
      holder.stdout.once("data", () => {
        holder.off("exit", ended);
        settle();
      });
    });
  await isMounted();
  const remount = async (line: string) => {
    const mounted = isMounted();
    holder.stdin.write(`${line}\n`);
    await mounted;
  };
  const seen = `/proc/${String(holder.pid)}/root${directory}`;
  return {
    holder,
    path: (...parts) => join(seen, "root", ...parts),
    keep: async (as) => await remount(`keep ${as}`),
    drop: async (as) => await remount(`drop ${as}`),
  };
}

/** It ends when its stdin does: with this process at the latest. Every mount has directories of its own to write to. */
const mountRoot = `
cd "$1"
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir root
times=0
layers=/
mount_root() {
  times=$((times + 1))
  mkdir "upper-$times" "work-$times"
  mount -t overlay overlay -o "lowerdir=$layers,upperdir=$1/upper-$times,workdir=$1/work-$times" root
  mount --bind /dev root/dev
  mount -t tmpfs tmpfs root/tmp
  echo mounted
}
mount_root "$1"
while read -r changes name; do
  umount root/tmp root/dev root
  case $changes in
    keep)
      mv "upper-$times" "$name"
      layers=$1/$name:$layers
      echo "$layers" >"$name.layers"
      ;;
    drop)
      rm -rf "upper-$times"
      read -r layers <"$name.layers"
      ;;
  esac
  rm -rf "work-$times"
  mount_root "$1"
done
`;

export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function ended(child: ChildProcess): Promise<Ended> {
  return new Promise((settle, refuse) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", refuse);
    child.on("close", (exit) => settle({ exit, stdout, stderr }));
  });
}

/** Looks until it is so; throws what the child said where that ended before. */
export async function until(
  isSo: () => boolean,
  child: ChildProcess,
  end: Promise<Ended>,
): Promise<void> {
  while (!isSo()) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended before: ${JSON.stringify(await end)}`);
    }
    await new Promise((settle) => setTimeout(settle, 10));
  }
}
