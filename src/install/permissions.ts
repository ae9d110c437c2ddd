import { dirname, resolve } from "node:path";
import { assertNever } from "../core/assert-never.ts";
import type { ProblemCode } from "../core/problem-codes.ts";
import type { Problem } from "../core/problem.ts";
import { fail, type Result } from "../core/result.ts";
import { type Files, type FileStatus, modeText, unlessRefused } from "../platform/types.ts";
import { type Exposure, exposureOf, follow, type Step } from "../sources/exposure.ts";
import { deviceConstraintsFile } from "./device-files.ts";
import { defaultDirectories, gatesIn, interfacesIn } from "./environment.ts";
import type { Machine } from "./machine.ts";
import { configurationPaths, readSettings, type Settings } from "./settings.ts";

/** What this program believes or runs; whoever can change it decides what the machine does. */
interface Guarded {
  /** As a sentence names it. */
  readonly what: string;
  readonly kind: "file" | "directory";
  readonly path: string;
  readonly code: Extract<
    ProblemCode,
    | "permissions-unsafe"
    | "datastore-permissions"
    | "interface-writable"
    | "interface-owner"
    | "gate-writable"
    | "gate-owner"
  >;
}

/**
 * The settings, for commands that run Interfaces or install: what they come from, the Topology, a device's own rules,
 * the certificate of the Server, the datastore and the cache belong to root or the caller, and nobody else may write
 * to them.
 */
export function readGuardedSettings(machine: Machine): Result<Settings> {
  const settings = readKeySettings(machine);
  if (!settings.ok) return settings;
  const { topologyFile, topologyComponents, cache, server } = settings.value;
  const { value: certificate, origin } = server.http.serverCertificate;
  const problems = exposed(machine, [
    believed("Topology", topologyFile),
    ...(topologyComponents === null ? [] : [believed("Topology's Components", topologyComponents)]),
    believed("device's own rules", deviceConstraintsFile(machine.environment)),
    // One of the Mender Client's that others can change is passed over where it would be read.
    ...(certificate === null || origin.kind === "client"
      ? []
      : [believed("certificate of the Server", certificate)]),
    guardedDatastore(machine),
    {
      what: "cache of Artifacts",
      kind: "directory",
      path: cache.directory,
      code: "datastore-permissions",
    },
  ]);
  return problems.length > 0 ? fail(...problems) : settings;
}

/** The same for commands that need no more than the keys. */
export function readKeySettings(machine: Machine): Result<Settings> {
  const settings = readSettings(machine);
  if (!settings.ok) return settings;
  const problems = exposed(machine, [
    ...configurationPaths(machine.environment).map((path) => believed("configuration", path)),
    ...settings.value.keyFiles.map((path) => believed("key", path)),
  ]);
  return problems.length > 0 ? fail(...problems) : settings;
}

/** The Interfaces that are to be run, by the paths of their executables, and the directory in which they lie. */
export function interfaceProblems(
  machine: Machine,
  settings: Settings,
  executables: readonly string[],
): readonly Problem[] {
  const path = interfacesIn(machine.environment.dataDir.value);
  const directory = {
    what: "directory of the Interfaces",
    path,
    code: "interface-writable",
  } as const;
  const each = { what: "Interface", code: "interface-owner" } as const;
  return executableProblems(machine, settings, directory, each, executables);
}

/** The same for the gates. */
export function gateExposure(
  machine: Machine,
  settings: Settings,
  executables: readonly string[],
): readonly Problem[] {
  const path = gatesIn(machine.environment.dataDir.value);
  const directory = { what: "directory of the gates", path, code: "gate-writable" } as const;
  const each = { what: "gate", code: "gate-owner" } as const;
  return executableProblems(machine, settings, directory, each, executables);
}

function executableProblems(
  machine: Machine,
  { allowsWritableInterfaces }: Settings,
  directory: Omit<Guarded, "kind">,
  each: Pick<Guarded, "what" | "code">,
  executables: readonly string[],
): readonly Problem[] {
  if (allowsWritableInterfaces || executables.length === 0) return [];
  return exposed(machine, [
    { ...directory, kind: "directory" },
    ...[...new Set(executables)].map((path): Guarded => ({ ...each, kind: "file", path })),
  ]);
}

function believed(what: string, path: string): Guarded {
  return { what, kind: "file", path, code: "permissions-unsafe" };
}

/** With `-t` somebody tries things out at a desk, which has other habits. */
function exposed(machine: Machine, all: readonly Guarded[]): readonly Problem[] {
  const { platform, options, environment } = machine;
  if (options.topologyComponents !== null) return [];
  const datastore = guardedDatastore(machine);
  const datastorePath = realPathOf(machine, datastore.path);
  const exposures = all.flatMap((guarded) => {
    const path = resolve(environment.workingDirectory, guarded.path);
    const found = unlessRefused(() => exposureAt(platform.files, { ...guarded, path }), null);
    return found === null ? [] : [{ guarded, found }];
  });
  const themselves = new Set(
    exposures.flatMap(({ found }) => (found.as === "itself" ? [found.path] : [])),
  );
  // Told once, as what it is, whatever else lies in it.
  const problems = exposures.flatMap(({ guarded, found }) => {
    if (found.path === datastorePath)
      return [problemOf(machine, datastore, { ...found, as: "itself" })];
    if (found.as !== "itself" && themselves.has(found.path)) return [];
    return [problemOf(machine, guarded, found)];
  });
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

function guardedDatastore({ environment }: Machine): Guarded {
  const { value: path } = environment.datastoreDir;
  return { what: "datastore", kind: "directory", path, code: "datastore-permissions" };
}

/** What others can change, as seen from what is believed. */
interface Found extends Exposure {
  readonly as: "itself" | "holder" | "ancestor" | "link" | "holder of nothing";
}

/**
 * Of the file or directory itself, and of every directory and link on the way there. Where a file is not there, of the
 * directory in which others could make it; all else that is missing is for its reader to tell. Throws FileError.
 */
function exposureAt(files: Files, { path, kind }: Guarded): Found | null {
  const way = follow(files, path, judgeAncestors());
  switch (way.kind) {
    case "exposed": {
      const { exposure } = way;
      return { ...exposure, as: exposure.status.kind === "link" ? "link" : above(exposure, path) };
    }
    case "absent": {
      const holder = kind === "file" ? files.status(way.holder) : null;
      const found = holder === null ? null : exposureOf(way.holder, holder);
      return found === null ? null : { ...found, as: "holder of nothing" };
    }
    case "safe": {
      const itself = exposureOf(way.realPath, way.status);
      return itself === null ? null : { ...itself, as: "itself" };
    }
    default:
      return assertNever(way);
  }
}

function above({ path: at }: Exposure, path: string): "holder" | "ancestor" {
  return at !== dirname(path) && path.startsWith(at === "/" ? at : `${at}/`)
    ? "ancestor"
    : "holder";
}

/** Judges a directory once something in it is stepped on: what the way ends at is judged by another rule. */
function judgeAncestors(): (step: Step) => Exposure | null {
  let holder: Exposure | null = null;
  return ({ path, status }) => {
    if (holder !== null) return holder;
    if (status.kind === "link") return exposureOf(path, status);
    holder = ofHolder(path, status);
    return null;
  };
}

/** With the sticky bit others may put things there, but not take away or exchange what is not theirs. */
function ofHolder(path: string, status: FileStatus): Exposure | null {
  const found = exposureOf(path, status);
  const isSticky = found !== null && (status.mode & 0o1000) !== 0;
  return found?.how === "others may write" && isSticky ? null : found;
}

function problemOf(machine: Machine, guarded: Guarded, found: Found): Problem {
  const { code } = guarded;
  const { how, status } = found;
  const named = nameOf(guarded, found);
  const hint = hintFor(machine, guarded, found);
  return how === "others may write"
    ? {
        code,
        message: `${named} can be changed by others than its owner.`,
        expected: "only its owner may write",
        got: `mode ${modeText(status)}`,
        hint,
      }
    : {
        code,
        message: `${named} belongs to another user.`,
        expected: "root, or whoever calls this program",
        got: `user ${String(status.ownerId)}`,
        hint,
      };
}

function nameOf({ what, path }: Guarded, { as, path: where }: Found): string {
  switch (as) {
    case "itself":
      return `The ${what} "${path}"`;
    case "holder":
      return `"${where}", where the ${what} "${path}" lies,`;
    case "ancestor":
      return `"${where}", on the way to the ${what} "${path}",`;
    case "holder of nothing":
      return `"${where}", where a ${what} "${path}" would be believed,`;
    case "link":
      return `The link "${where}", which leads to the ${what} "${path}",`;
    default:
      return assertNever(as);
  }
}

/** The rights of a directory that is not this program's own are not for it to change: it may be somebody's home. */
function hintFor(machine: Machine, { what, code }: Guarded, found: Found): string {
  const { path, how, as } = found;
  if (as === "itself" || ownDirectories(machine).includes(path)) {
    const command = how === "others may write" ? "chmod go-w" : "chown root";
    return `Run: ${command} ${quoted(path)}`;
  }
  const safe = `a directory that only root can write, such as ${safeDirectories[code]}`;
  return as === "holder of nothing"
    ? `Let the ${what} be looked for in ${safe}.`
    : `Move the ${what} into ${safe}, with no link in between that lies elsewhere.`;
}

const safeDirectories = {
  "permissions-unsafe": defaultDirectories.confDir,
  "datastore-permissions": dirname(defaultDirectories.datastoreDir),
  "interface-writable": defaultDirectories.dataDir,
  "interface-owner": interfacesIn(defaultDirectories.dataDir),
  "gate-writable": defaultDirectories.dataDir,
  "gate-owner": gatesIn(defaultDirectories.dataDir),
} as const satisfies Readonly<Record<Guarded["code"], string>>;

/** Their real paths. */
function ownDirectories(machine: Machine): readonly string[] {
  const { dataDir, datastoreDir } = machine.environment;
  return [
    datastoreDir.value,
    interfacesIn(dataDir.value),
    gatesIn(dataDir.value),
    ...Object.values(defaultDirectories),
  ].map((path) => realPathOf(machine, path));
}

function realPathOf({ platform }: Machine, path: string): string {
  return unlessRefused(() => platform.files.realPath(path), path);
}

/** For a shell. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
