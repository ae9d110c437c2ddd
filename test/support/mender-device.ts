import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { State } from "../../src/core/protocol.ts";
import { needs } from "./needs.ts";
import type { Board } from "./seed-system.ts";

/**
 * A throw-away machine with Debian's Mender Client, this program installed by bin/install-device, and the boards of the
 * seed's System. Its root is an overlay on ours, so that everything is there and nothing of ours is changed; every boot
 * is a pid namespace of its own. Needs root and namespaces.
 */
export interface MenderDevice {
  /** A path on the device as this process can reach it. */
  readonly path: (...parts: readonly string[]) => string;
  readonly write: (file: string, content: string, mode?: number) => void;
  readonly read: (file: string) => string;
  /** Runs a program on the device to its end. */
  readonly run: (...command: readonly string[]) => Promise<Ended>;
  /** Runs it until `line` is in the log of the boards' calls, then the power goes and the device boots anew. */
  readonly powerLossAt: (line: string, ...command: readonly string[]) => Promise<void>;
  /** Runs it until the device reboots itself, and boots it anew. */
  readonly rebootIn: (...command: readonly string[]) => Promise<void>;
  /** The device comes up anew. */
  readonly reboot: () => void;
  /** Keeps it as it is now, to come back to it. */
  readonly save: (as: string) => Promise<void>;
  /** Takes it back to that, or to what it was when it was made, which takes a fraction of coming there once more. */
  readonly restore: (as?: string) => Promise<void>;
  /** What the three boards run, in the order G13, R456, R998. */
  readonly versions: () => readonly string[];
  readonly failIn: (board: Board, state: State, how: number | "hang") => void;
  readonly healAll: () => void;
  readonly rebootsHost: (board: Board) => void;
  /** Every call of an Interface so far: `<state> <board>`. */
  readonly calls: () => readonly string[];
  readonly remove: () => void;
}

export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Whether such a device can be made here, for `describe.skipIf(!menderDevicesWork())`. Where everything must be there
 * (CI=true), it fails instead.
 */
export function menderDevicesWork(): boolean {
  const hasPrograms = [needs("mender"), needs("unshare"), needs("nsenter")].every(Boolean);
  const works =
    hasPrograms &&
    process.getuid?.() === 0 &&
    spawnSync("unshare", ["-m", "-p", "-f", "--mount-proc", "true"]).status === 0;
  if (!works && process.env["CI"] === "true") {
    throw new Error("Root and namespaces are needed, and CI must skip nothing.");
  }
  return works;
}

export async function makeMenderDevice(): Promise<MenderDevice> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-device-"));
  const { holder, keep, drop } = await hold(directory);
  const seen = `/proc/${String(holder.pid)}/root${directory}`;
  const path = (...parts: readonly string[]) => join(seen, "root", ...parts);
  const write = (file: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content, { mode });
  };
  const read = (file: string) => readFileSync(path(file), "utf8");
  let boots = 0;
  const comeUp = (boot: number) => {
    boots = boot;
    writeFileSync(join(seen, "boot-id"), `0000-boot-${String(boots)}\n`);
  };
  const reboot = () => comeUp(boots + 1);
  reboot();
  const savedBoots = new Map<string, number>();
  const save = async (as: string) => {
    savedBoots.set(as, boots);
    await keep(as);
  };
  const board = (...parts: readonly string[]) => join(system, "boards", ...parts);
  const version = (name: Board) => read(board(name, "version")).trimEnd();
  const calls = () =>
    existsSync(path(board("calls.log"))) ? read(board("calls.log")).trimEnd().split("\n") : [];
  const cutWhen = async (isSo: () => boolean, command: readonly string[]) => {
    const child = boot(holder, directory, command);
    const end = ended(child);
    await until(isSo, child, end);
    child.kill("SIGKILL");
    await end;
    reboot();
  };
  installProgram(path("/"));
  furnish(path, write);
  await save("new");
  return {
    path,
    write,
    read,
    reboot,
    calls,
    save,
    restore: async (as = "new") => {
      const boot = savedBoots.get(as);
      if (boot === undefined) throw new Error(`it was never saved as "${as}"`);
      await drop(as);
      comeUp(boot);
    },
    run: (...command) => ended(boot(holder, directory, command)),
    powerLossAt: async (line, ...command) => {
      const times = () => calls().filter((call) => call === line).length;
      const already = times();
      await cutWhen(() => times() > already, command);
    },
    rebootIn: async (...command) => {
      await cutWhen(() => existsSync(path(rebootAsked)), command);
      rmSync(path(rebootAsked));
    },
    versions: () => [version("G13"), version("R456"), version("R998")],
    failIn: (name, state, how) => write(board(name, "fail", state), `${String(how)}\n`),
    healAll: () => {
      for (const name of ["G13", "R456", "R998"]) {
        rmSync(path(board(name, "fail")), { recursive: true, force: true });
      }
    },
    rebootsHost: (name) => write(board(name, "answer", "NeedsArtifactReboot"), "Automatic\n"),
    remove: () => {
      holder.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const system = "/usr/share/mender-orchestrator";
const rebootAsked = "/root/reboot-asked";

interface Held {
  readonly holder: ChildProcess;
  /** Lays what was changed on the root beneath it, under a name. */
  readonly keep: (as: string) => Promise<void>;
  /** Drops what was changed since, and has the root lie on what was kept under that name. */
  readonly drop: (as: string) => Promise<void>;
}

/** Holds the mount namespace in which the device's root lies: all of it is gone with the process. */
async function hold(directory: string): Promise<Held> {
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
  return {
    holder,
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

/** Runs a command as the only thing on the freshly booted device; killing the child takes all of it down at once. */
function boot(holder: ChildProcess, directory: string, command: readonly string[]): ChildProcess {
  const mount = `/proc/${String(holder.pid)}/ns/mnt`;
  const root = join(directory, "root");
  const namespaces = ["-m", "-p", "-f", "--kill-child", `--mount-proc=${root}/proc`];
  return spawn(
    "nsenter",
    [
      `--mount=${mount}`,
      "unshare",
      ...namespaces,
      "sh",
      "-euc",
      bootRoot,
      "sh",
      directory,
      ...command,
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" },
    },
  );
}

/** The shell stays as the first process of the device. */
const bootRoot = `
directory=$1
shift
mount --bind "$directory/boot-id" "$directory/root/proc/sys/kernel/random/boot_id"
chroot "$directory/root" "$@" && exit 0 || exit "$?"
`;

function ended(child: ChildProcess): Promise<Ended> {
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
async function until(isSo: () => boolean, child: ChildProcess, end: Promise<Ended>): Promise<void> {
  while (!isSo()) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`it ended before: ${JSON.stringify(await end)}`);
    }
    await new Promise((settle) => setTimeout(settle, 10));
  }
}

function installProgram(root: string): void {
  const { status, stderr } = spawnSync("sh", [resolve("bin/install-device"), "--root", root], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`install-device ended in ${String(status)}: ${stderr}`);
}

function furnish(path: MenderDevice["path"], write: MenderDevice["write"]): void {
  const seed = resolve("fixtures/systems/seed");
  for (const part of ["interfaces", "boards"]) {
    cpSync(join(seed, part), path(system, part), { recursive: true, preserveTimestamps: true });
  }
  const { status } = spawnSync("chmod", ["-R", "go-w", path(system)]);
  if (status !== 0) throw new Error("the Interfaces could not be made safe");
  cpSync(join(seed, "topology.yaml"), path("/var/lib/mender-orchestrator/topology.yaml"));
  mkdirSync(path("/data/mender"), { recursive: true });
  write("/data/mender/device_type", "device_type=gateway-with-two-rtos\n");
  write("/etc/mender/artifact_info", "artifact_name=factory\n");
  write("/etc/mender/mender.conf", "{}\n");
  // The first on the PATH: this process sees the file and takes the device down.
  write("/usr/local/sbin/reboot", `#!/bin/sh\n: >${rebootAsked}\n`, 0o755);
}
