import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { State } from "../../src/core/protocol.ts";
import { needs } from "./needs.ts";
import { type Ended, ended, overlayRoot, until } from "./overlay-root.ts";
import { boardCalls, furnishWithSeed, installProgram, seedPlace } from "./seed-on-root.ts";
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

export async function makeMenderDevice(
  install: (root: string) => void = installProgram,
): Promise<MenderDevice> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-device-"));
  const { holder, path, keep, drop } = await overlayRoot(directory);
  const seen = `/proc/${String(holder.pid)}/root${directory}`;
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
  const board = (...parts: readonly string[]) => join(seedPlace, "boards", ...parts);
  const version = (name: Board) => read(board(name, "version")).trimEnd();
  const calls = () => boardCalls(path);
  const cutWhen = async (isSo: () => boolean, command: readonly string[]) => {
    const child = boot(holder, directory, command);
    const end = ended(child);
    await until(isSo, child, end);
    child.kill("SIGKILL");
    await end;
    reboot();
  };
  install(path("/"));
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

const rebootAsked = "/root/reboot-asked";

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

function furnish(path: MenderDevice["path"], write: MenderDevice["write"]): void {
  furnishWithSeed(path);
  mkdirSync(path("/data/mender"), { recursive: true });
  write("/data/mender/device_type", "device_type=gateway-with-two-rtos\n");
  write("/etc/mender/artifact_info", "artifact_name=factory\n");
  write("/etc/mender/mender.conf", "{}\n");
  // The first on the PATH: this process sees the file and takes the device down.
  write("/usr/local/sbin/reboot", `#!/bin/sh\n: >${rebootAsked}\n`, 0o755);
}
