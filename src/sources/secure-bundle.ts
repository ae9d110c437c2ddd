import { dirname, join } from "node:path";
import { ArtifactError } from "../artifact/artifact-error.ts";
import { isGzip, unpackGzip } from "../bundle/unpack.ts";
import type { Work } from "../core/events.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { countedSource } from "./counted-source.ts";
import { untilTold } from "./until-told.ts";
import { unreadableFile } from "./unreadable-file.ts";
import { type ByteSource, FileError, type Files, unlessRefused } from "../platform/types.ts";

/** What is left free on the file system of the datastore when a bundle is copied; bytes. */
const reservedBytes = 16 * 1024 * 1024;

/** What is being written has this name, and another once it is whole: a process may be killed meanwhile. */
const partial = ".part";

/** The id of a deployment is hexadecimal. */
const keptName = /^(?<id>[0-9a-f]{12})\.(tar|medium)(\.part)?$/;

export interface BundleToSecure {
  /** As people named it, for messages. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The caller's, absolute. */
  readonly workingDirectory: string;
  /** What lies below these may go away under us: the Mender Client lays its payloads there. Absolute. */
  readonly clientTrees: readonly string[];
  /** Where it is kept if it must be: `{directory}/{id}.tar`. */
  readonly directory: string;
  readonly id: string;
  /** Shows whoever watches how many of its bytes were read, while all of them are. */
  readonly showing: Showing;
  /** Aborted when this process is told to end: nothing is kept then. */
  readonly signal: AbortSignal;
}

/** What it takes to keep a bundle. */
type Keeping = Extract<Work, "unpacking" | "copying">;

/** `bytes`: how many there are; `count` takes how many were read. */
export type Showing = <T>(
  work: Keeping,
  bytes: number,
  use: (count: (bytes: number) => void) => Promise<T>,
) => Promise<T>;

/**
 * Sees to it that the bundle stays readable until the deployment has ended, whatever its caller removes, and gives the
 * absolute path to read it from. A plain bundle on a medium or anywhere else is read where it lies; one in a Mender
 * Client's tree is linked, else copied, into the datastore; a compressed one is unpacked there. Throws FileError where
 * the datastore cannot be written for another reason than space.
 */
export async function secureBundle(files: Files, wanted: BundleToSecure): Promise<Result<string>> {
  const opened = open(files, wanted);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const path = files.realPath(wanted.path);
    const isCompressed = await isGzip(source);
    if (!isCompressed && !mayGo(files, path, wanted)) return ok(path);
    const work = isCompressed ? "unpacking" : "copying";
    const { showing } = wanted;
    return await keep(files, { path, source, work, showing }, pathOf(wanted, "tar"));
  } finally {
    source.close();
  }
}

/**
 * The absolute path at which a medium can be read that a deployment is taken up from: a compressed bundle is unpacked
 * into the datastore, unless the deployment keeps its own there; all else is read where it lies. Throws FileError
 * where the datastore cannot be written for another reason than space.
 */
export async function readableMedium(
  files: Files,
  wanted: Pick<BundleToSecure, "name" | "path" | "directory" | "id" | "showing" | "signal">,
): Promise<Result<string>> {
  const { path, showing } = wanted;
  const kind = unlessRefused(() => files.status(files.realPath(path))?.kind ?? null, null);
  if (kind !== "file") return ok(path);
  const opened = open(files, wanted);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    if (!(await isGzip(source))) return ok(path);
    const own = pathOf(wanted, "tar");
    if (files.status(own) !== null) return ok(own);
    // The one of an earlier call may have been another.
    const medium = pathOf(wanted, "medium");
    files.remove(medium);
    return await keep(files, { path, source, work: "unpacking", showing }, medium);
  } finally {
    source.close();
  }
}

/**
 * Removes what was kept, whoever left it, and nothing that somebody else has put beside it; `isOver`: for which ids of
 * deployments. Throws FileError.
 */
export function removeKept(files: Files, directory: string, isOver: (id: string) => boolean): void {
  if (files.status(directory)?.kind !== "directory") return;
  const names = files.list(directory);
  const kept = names.filter((name) => {
    const id = keptName.exec(name)?.groups?.["id"];
    return id !== undefined && isOver(id);
  });
  if (kept.length === names.length) files.remove(directory);
  else for (const name of kept) files.remove(join(directory, name));
}

interface ToKeep extends Pick<BundleToSecure, "showing"> {
  readonly path: string;
  readonly source: ByteSource;
  readonly work: Keeping;
}

async function keep(
  files: Files,
  { path, source, work, showing }: ToKeep,
  kept: string,
): Promise<Result<string>> {
  const directory = dirname(kept);
  files.makeDirectory(directory);
  if (work === "unpacking" || !isLinked(files, path, kept)) {
    const part = `${kept}${partial}`;
    files.remove(part);
    const written = await showing(work, source.size, (count) => {
      const counted = countedSource(source, count);
      return work === "unpacking"
        ? unpackGzip(counted, part, files)
        : copy(files, counted, directory, part);
    });
    if (!written.ok) return written;
    files.rename(part, kept);
  }
  files.syncDirectory(directory);
  return ok(kept);
}

/** `tar`: the deployment's own; `medium`: what it was taken up from. */
function pathOf(
  { directory, id }: Pick<BundleToSecure, "directory" | "id">,
  what: "tar" | "medium",
): string {
  return join(directory, `${id}.${what}`);
}

/**
 * Whether it lies in the tree of a Mender Client, which may remove that under us. In doubt it does. Not so on a medium
 * that is mounted in the tree: that is not removed with it.
 */
function mayGo(
  files: Files,
  path: string,
  { workingDirectory, clientTrees }: BundleToSecure,
): boolean {
  const device = files.status(path)?.device;
  const isBelow = (directory: string): boolean =>
    path.startsWith(`${directory}/`) && files.status(directory)?.device === device;
  const realPathOf = (name: string) => unlessRefused(() => files.realPath(name), null);
  const below = clientTrees.some((tree) => {
    const real = realPathOf(tree);
    return real !== null && isBelow(real);
  });
  if (below) return true;
  const caller = realPathOf(workingDirectory);
  return directoriesAbove(path).some((directory) => {
    const marks = marksOfTree(files, directory);
    return (marks === 3 || (marks === 2 && directory === caller)) && isBelow(directory);
  });
}

/** Without the root, which is nobody's tree. */
function directoriesAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/**
 * How many of `version`, `header/` and `tmp/` are there, which every tree has that the client hands to an update
 * module.
 */
function marksOfTree(files: Files, directory: string): number {
  const marks = [
    ["version", "file"],
    ["header", "directory"],
    ["tmp", "directory"],
  ] as const;
  return marks.filter(([name, kind]) =>
    // What cannot be looked at may be one.
    unlessRefused(() => files.status(join(directory, name))?.kind === kind, true),
  ).length;
}

/** Another file system, or one without links: then it is copied. */
function isLinked(files: Files, path: string, kept: string): boolean {
  try {
    files.link(path, kept);
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
  // Nobody knows whether its writer has synced it.
  const file = files.openAppend(kept);
  try {
    file.sync();
  } finally {
    file.close();
  }
  return true;
}

async function copy(
  files: Files,
  source: ByteSource,
  directory: string,
  to: string,
): Promise<Result<number>> {
  const free = files.freeBytes(directory);
  if (source.size > free - reservedBytes) return fail(noSpace(source, free));
  try {
    return ok(await files.writeStream(to, source.read(0, source.size)));
  } catch (error) {
    if (error instanceof ArtifactError) return fail(error.problem);
    if (!(error instanceof FileError)) throw error;
    if (error.path !== to) return fail(unreadableFile(source.name, error));
    if (error.code === "ENOSPC") return fail(noSpace(source, 0));
    throw error;
  }
}

function open(
  files: Files,
  { name, path, signal }: Pick<BundleToSecure, "name" | "path" | "signal">,
): Result<ReturnType<Files["openSource"]>> {
  try {
    const source = files.openSource(path);
    return ok(untilTold(signal, { ...source, name }));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(unreadableFile(name, error));
  }
}

function noSpace({ name, size }: ByteSource, free: number): Problem {
  return {
    code: "not-enough-space",
    message: `There is not enough space in the datastore to keep "${name}": ${free} bytes are free, ${reservedBytes} are kept free, and ${size} are needed.`,
    at: { file: name },
    expected: `${size + reservedBytes} bytes free`,
    got: `${free} bytes`,
    hint: "It must be kept because its caller may remove it. Make room, or put it outside of the tree of the Mender Client.",
  };
}
