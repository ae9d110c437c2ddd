import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { needs } from "./needs.ts";
import { ended, overlayRoot, until } from "./overlay-root.ts";
import { furnishWithSeed, installProgram } from "./seed-on-root.ts";

/**
 * A throw-away machine that systemd boots: a container on an overlay of our root, with this program installed by
 * bin/install-device and the boards of the seed's System. Needs root and namespaces.
 */
export interface SystemdMachine {
  /** A path on the machine as this process can reach it. */
  readonly path: (...parts: readonly string[]) => string;
  readonly write: (file: string, content: string) => void;
  /** A unit that is started by every boot. */
  readonly addUnit: (name: string, content: string) => void;
  /** Boots until it is so, then the power goes. */
  readonly bootUntil: (isSo: () => boolean) => Promise<void>;
  readonly remove: () => void;
}

/** For `describe.skipIf(!systemdMachinesWork())`. Where everything must be there (CI=true), it fails instead. */
export function systemdMachinesWork(): boolean {
  const hasPrograms = [
    needs("systemd-nspawn"),
    needs("setpriv"),
    needs("unshare"),
    needs("nsenter"),
  ].every(Boolean);
  const works = hasPrograms && process.getuid?.() === 0 && existsSync("/lib/systemd/systemd");
  if (!works && process.env["CI"] === "true") {
    throw new Error("Root, systemd and its containers are needed, and CI must skip nothing.");
  }
  return works;
}

export async function makeSystemdMachine(): Promise<SystemdMachine> {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-machine-"));
  const { holder, path } = await overlayRoot(directory);
  const write = (file: string, content: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), content);
  };
  // Nothing of this machine is started but what every system needs.
  rmSync(path("/etc/systemd/system"), { recursive: true, force: true });
  for (const unit of masked) {
    mkdirSync(path("/etc/systemd/system"), { recursive: true });
    symlinkSync("/dev/null", path("/etc/systemd/system", unit));
  }
  symlinkSync("/lib/systemd/system/multi-user.target", path("/etc/systemd/system/default.target"));
  write("/etc/machine-id", "");
  write("/etc/fstab", "");
  installProgram(path("/"));
  furnishWithSeed(path);
  return {
    path,
    write,
    addUnit: (name, content) => {
      write(`/etc/systemd/system/${name}`, content);
      symlinkSync(`../${name}`, path("/etc/systemd/system/multi-user.target.wants", name));
    },
    bootUntil: async (isSo) => {
      const child = spawn(
        "nsenter",
        [
          `--mount=/proc/${String(holder.pid)}/ns/mnt`,
          ...booting,
          container,
          "sh",
          join(directory, "root"),
        ],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      const end = ended(child);
      const limit = setTimeout(() => child.kill("SIGKILL"), longestBootMs);
      try {
        await until(isSo, child, end);
      } finally {
        clearTimeout(limit);
        child.kill("SIGKILL");
        await end;
      }
    },
    remove: () => {
      holder.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** They take time, and nobody looks. */
const masked = [
  "console-getty.service",
  "systemd-logind.service",
  "systemd-journal-flush.service",
  "systemd-update-utmp.service",
  "systemd-update-utmp-runlevel.service",
  "systemd-tmpfiles-setup.service",
  "systemd-sysusers.service",
];

/** What takes longer is told with all that the machine has said. */
const longestBootMs = 100_000;

/**
 * Killing the first process takes all of the machine down at once, and it ends with the one that has started it. The
 * container has a /dev of its own.
 */
const booting = [
  "setpriv",
  "--pdeathsig",
  "KILL",
  "unshare",
  "-m",
  "-p",
  "-f",
  "--kill-child",
  "--mount-proc",
  "sh",
  "-euc",
];
const container = `
umount "$1/dev" "$1/tmp"
exec systemd-nspawn --quiet --register=no --keep-unit --link-journal=no --private-network --boot --directory "$1"
`;
