import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { programPath, type Ran, runProgram } from "./program.ts";
import { type Board, copySeedSystem, type SeedSystem } from "./seed-system.ts";

/**
 * The Mender Client as this program sees it: the four calls that its published update module makes, from its own
 * directory tree, and the reboots of the host. The calls stand in docs/mender-client.md.
 */
export interface MenderCaller extends SeedSystem {
  /** The tree of the update module, where every call is made. */
  readonly tree: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Lays a payload into the tree and gives its path there. */
  readonly payload: (file: string) => string;
  readonly I: (payload: string, crashPoint?: string) => Ran;
  readonly C: Call;
  readonly R: Call;
  readonly X: Call;
  /** Any call, from the tree. */
  readonly run: (args: readonly string[], crashPoint?: string) => Ran;
  /** Any call, from another directory. */
  readonly runIn: (directory: string, args: readonly string[]) => Ran;
  /** A call from a directory that is not there any more. */
  readonly runFromNowhere: (args: readonly string[]) => Ran;
  /** The host comes up anew: another boot id. */
  readonly reboot: () => void;
  /** How often the host has rebooted. */
  readonly reboots: () => number;
  /** The host must reboot for a board. */
  readonly rebootsHost: (board: Board) => void;
  /** Puts a line of shell at the beginning of an Interface; `$1` is the state. */
  readonly meddle: (interfaceName: string, line: string) => void;
  /** What the three boards run, in the order G13, R456, R998. */
  readonly versions: () => readonly string[];
  readonly path: (...parts: readonly string[]) => string;
  readonly calls: () => readonly string[];
  readonly failIn: SeedSystem["failIn"];
}

type Call = (crashPoint?: string) => Ran;

const stops = ["--stop-before", "ArtifactRollback", "--stop-before", "Cleanup"];

/** I without its payload. */
export const callI = ["install", "--stop-before", "ArtifactCommit", ...stops, "--exit-on-reboot"];

export function menderCaller(): MenderCaller {
  const system = copySeedSystem();
  const path = (...parts: readonly string[]) => system.path(...parts);
  const tree = path("modules/v3/payloads/0000/tree");
  for (const name of ["files", "header", "tmp"]) mkdirSync(join(tree, name), { recursive: true });
  writeFileSync(join(tree, "version"), "3\n");
  const bootId = path("boot-id");
  const reboot = () => execFileSync(path("reboot"));
  writeFileSync(bootId, "boot-1\n");
  writeFileSync(path("reboot"), rebootScript);
  chmodSync(path("reboot"), 0o755);
  const environment = {
    MENDER_ORCHESTRATOR_DATA_DIR: system.directory,
    MENDER_ORCHESTRATOR_CONF_DIR: path("conf"),
    MENDER_ORCHESTRATOR_DATASTORE_DIR: path("datastore"),
    MENDER_ORCHESTRATOR_TOPOLOGY_DIR: system.directory,
    ORCHESTRATOR_BOOT_ID_FILE: bootId,
    ORCHESTRATOR_REBOOT_COMMAND: path("reboot"),
  };
  const run = (args: readonly string[], crashPoint?: string): Ran =>
    runProgram(args, {
      cwd: tree,
      env: {
        ...environment,
        ...(crashPoint !== undefined && { ORCHESTRATOR_CRASH_POINT: crashPoint }),
      },
    });
  return {
    ...system,
    tree,
    environment,
    run,
    runIn: (cwd, args) => runProgram(args, { cwd, env: environment }),
    runFromNowhere: (args) => {
      const nowhere = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"';
      const command = ["sh", path("gone"), process.execPath, programPath, ...args];
      const { status, signal, stdout, stderr } = spawnSync("sh", ["-euc", nowhere, ...command], {
        env: { PATH: process.env["PATH"], ...environment },
        encoding: "utf8",
      });
      return { exit: status, signal, stdout, stderr };
    },
    payload: (file) => {
      const target = join(tree, "files", basename(file));
      copyFileSync(file, target);
      return target;
    },
    I: (payload, crashPoint) => run([...callI, payload], crashPoint),
    C: (crashPoint) => run(["resume", ...stops], crashPoint),
    R: (crashPoint) =>
      run(["rollback", "--stop-before", "Cleanup", "--exit-on-reboot"], crashPoint),
    X: (crashPoint) => run(["resume"], crashPoint),
    reboot,
    reboots: () => readFileSync(bootId, "utf8").trimEnd().split("-").length - 2,
    rebootsHost: (board) => system.answer(board, "NeedsArtifactReboot", "Automatic\n"),
    meddle: (name, line) => {
      const file = path("interfaces/v1", name);
      const script = readFileSync(file, "utf8");
      writeFileSync(file, script.replace("\n", `\n${line}\n`));
    },
    versions: () => [system.version("G13"), system.version("R456"), system.version("R998")],
  };
}

/** A reboot is another boot id. */
const rebootScript = `#!/bin/sh
read -r id <"\${0%/*}/boot-id"
echo "$id-again" >"\${0%/*}/boot-id"
`;

/** A Manifest of the seed's System whose Artifacts lie at absolute paths, as it must be without a bundle. */
export function manifestOf({ path }: Pick<MenderCaller, "path">, name: string): string {
  const manifest = readFileSync(path(name), "utf8");
  const file = path(`absolute-${name}`);
  writeFileSync(file, manifest.replaceAll("artifacts/", `${path("artifacts")}/`));
  return file;
}
