import { dirname, join } from "node:path";
import type { Problem } from "../core/problem.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import { fail, type Result } from "../core/result.ts";
import { type Files, type FileStatus, unlessRefused } from "../platform/types.ts";
import { type Exposure, exposureOf } from "../sources/exposure.ts";
import { configurationPaths } from "./configuration-files.ts";
import type { Context } from "./context.ts";
import { deviceConstraintsFile } from "./device-constraints.ts";
import { readSettings, type Settings } from "./settings.ts";

/** What this program believes or runs; whoever can change it decides what the machine does. */
interface Guarded {
  /** As a sentence names it. */
  readonly what: string;
  readonly path: string;
  readonly code: Extract<
    ProblemCode,
    "permissions-unsafe" | "datastore-permissions" | "interface-writable" | "interface-owner"
  >;
}

/**
 * The settings, for commands that run Interfaces or install: what they come from, the Topology, a device's own rules and the
 * datastore belong to root or the caller, and nobody else may write to them.
 */
export function readGuardedSettings(context: Context): Result<Settings> {
  const settings = readKeySettings(context);
  if (!settings.ok) return settings;
  const { topologyFile, topologyComponents, confDir } = settings.value;
  const problems = exposed(context, [
    believed("Topology", topologyFile),
    ...(topologyComponents === null ? [] : [believed("Topology's Components", topologyComponents)]),
    believed("device's own rules", deviceConstraintsFile(confDir)),
    {
      what: "datastore",
      path: context.environment.datastoreDir.value,
      code: "datastore-permissions",
    },
  ]);
  return problems.length > 0 ? fail(...problems) : settings;
}

/** The same for commands that need no more than the keys. */
export function readKeySettings(context: Context): Result<Settings> {
  const settings = readSettings(context);
  if (!settings.ok) return settings;
  const problems = exposed(context, [
    ...configurationPaths(context.environment).map((path) => believed("configuration", path)),
    ...settings.value.keyFiles.map((path) => believed("key", path)),
  ]);
  return problems.length > 0 ? fail(...problems) : settings;
}

/** The Interfaces that are to be run, by the paths of their executables, and the directory that they lie in. */
export function interfaceProblems(
  context: Context,
  { allowsWritableInterfaces }: Settings,
  directory: string,
  executables: readonly string[],
): readonly Problem[] {
  if (allowsWritableInterfaces) return [];
  return exposed(context, [
    { what: "directory of the Interfaces", path: directory, code: "interface-writable" },
    ...[...new Set(executables)].map((path): Guarded => ({
      what: "Interface",
      path,
      code: "interface-owner",
    })),
  ]);
}

function believed(what: string, path: string): Guarded {
  return { what, path, code: "permissions-unsafe" };
}

/** With `-t` somebody tries things out at a desk, which has other habits. */
function exposed({ platform, options }: Context, all: readonly Guarded[]): readonly Problem[] {
  if (options.topologyComponents !== null) return [];
  return all.flatMap((guarded) => {
    const found = exposureAt(platform.files, guarded.path);
    return found === null ? [] : [problemOf(guarded, found, platform.files)];
  });
}

/** Of the file or directory itself, links followed, and of where it and its link lie. Whether it is there is for its reader to tell. */
function exposureAt(files: Files, path: string): Exposure | null {
  const real = unlessRefused(() => files.realPath(path), null);
  if (real === null) return null;
  const holders = [...new Set([dirname(path), dirname(real)])];
  return (
    exposureIn(files, real, () => false) ??
    holders.map((holder) => exposureIn(files, holder, isSticky)).find((one) => one !== null) ??
    null
  );
}

function exposureIn(
  files: Files,
  path: string,
  isFine: (status: FileStatus) => boolean,
): Exposure | null {
  const real = unlessRefused(() => files.realPath(path), path);
  const status = unlessRefused(() => files.status(real), null);
  if (status === null) return null;
  const found = exposureOf(real, status);
  return found?.how === "others may write" && isFine(status) ? null : found;
}

/** Others may put things there, but not take away or exchange what is not theirs. */
function isSticky({ kind, mode }: FileStatus): boolean {
  return kind === "directory" && (mode & 0o1000) !== 0;
}

function problemOf(
  { what, path, code }: Guarded,
  { path: where, how, status }: Exposure,
  files: Files,
): Problem {
  const isItself = where === unlessRefused(() => files.realPath(path), path);
  const named = isItself
    ? `The ${what} "${path}"`
    : `"${where}", where the ${what} "${path}" lies,`;
  const mode = (status.mode & 0o7777).toString(8).padStart(4, "0");
  return how === "others may write"
    ? {
        code,
        message: `${named} can be changed by others than its owner.`,
        expected: "only its owner may write",
        got: `mode ${mode}`,
        hint: `Run: chmod go-w ${quoted(where)}`,
      }
    : {
        code,
        message: `${named} belongs to another user.`,
        expected: "root, or whoever calls this program",
        got: `user ${String(status.ownerId)}`,
        hint: `Run: chown root ${quoted(where)}`,
      };
}

/** For a shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Where the Interfaces of this machine lie. */
export function interfacesDirectory({ dataDir }: Pick<Settings, "dataDir">): string {
  return join(dataDir, "interfaces", "v1");
}
