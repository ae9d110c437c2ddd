import { join } from "node:path";
import { isGzip, unpackGzip } from "../bundle/unpack.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type ByteSource, FileError, type Files, unlessRefused } from "../platform/types.ts";

/** What is left free on the file system of the datastore when a bundle is copied; bytes. */
const reservedBytes = 16 * 1024 * 1024;

/** The id of a deployment is hexadecimal. */
const keptName = /^[0-9a-f]{12}\.tar$/;

export interface BundleToSecure {
  /** As people named it, for messages. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The caller's, absolute: what lies below it may go away under us. */
  readonly workingDirectory: string;
  /** Where it is kept if it must be: `{directory}/{id}.tar`. */
  readonly directory: string;
  readonly id: string;
}

/**
 * Sees to it that the bundle stays readable until the deployment has ended, whatever its caller removes, and gives the
 * absolute path to read it from. A plain bundle on a medium or anywhere else is read where it lies; one of the caller's own
 * tree is linked, else copied, into the datastore; a compressed one is unpacked there. Throws FileError where the datastore
 * cannot be written for another reason than space.
 */
export async function secureBundle(files: Files, wanted: BundleToSecure): Promise<Result<string>> {
  const opened = open(files, wanted);
  if (!opened.ok) return opened;
  const source = opened.value;
  try {
    const path = files.realPath(wanted.path);
    const isCompressed = await isGzip(source);
    if (!isCompressed && !isOfCaller(files, path, wanted.workingDirectory)) return ok(path);
    return await keep(files, wanted, path, isCompressed ? "compressed" : "plain", source);
  } finally {
    source.close();
  }
}

/** Removes what was kept, whoever left it, and nothing that somebody else has put beside it. Throws FileError. */
export function removeKept(files: Files, directory: string): void {
  if (files.status(directory)?.kind !== "directory") return;
  const names = files.list(directory);
  const kept = names.filter((name) => keptName.test(name));
  if (kept.length === names.length) files.remove(directory);
  else for (const name of kept) files.remove(join(directory, name));
}

async function keep(
  files: Files,
  { directory, id }: BundleToSecure,
  path: string,
  form: "plain" | "compressed",
  source: ByteSource,
): Promise<Result<string>> {
  files.makeDirectory(directory);
  const kept = join(directory, `${id}.tar`);
  if (form === "compressed") {
    const unpacked = await unpackGzip(source, kept, files);
    if (!unpacked.ok) return unpacked;
  } else if (!isLinked(files, path, kept)) {
    const copied = await copy(files, source, directory, kept);
    if (!copied.ok) return copied;
  }
  files.syncDirectory(directory);
  return ok(kept);
}

/**
 * Whether it lies in the tree that the caller may remove. Not so for all that lies below `/`, and not on a medium that
 * is mounted in the tree: that is not removed with it.
 */
function isOfCaller(files: Files, path: string, workingDirectory: string): boolean {
  const tree = unlessRefused(() => files.realPath(workingDirectory), null);
  if (tree === null || tree === "/" || !path.startsWith(`${tree}/`)) return false;
  return files.status(tree)?.device === files.status(path)?.device;
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
  kept: string,
): Promise<Result<number>> {
  const room = files.freeBytes(directory) - reservedBytes;
  if (source.size > room) return fail(noSpace(source, room));
  try {
    return ok(await files.writeStream(kept, source.read(0, source.size)));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.path !== kept) return fail(unreadable(source.name, error));
    if (error.code === "ENOSPC") return fail(noSpace(source, 0));
    throw error;
  }
}

function open(
  files: Files,
  { name, path }: BundleToSecure,
): Result<ReturnType<Files["openSource"]>> {
  try {
    const source = files.openSource(path);
    return ok({ ...source, name });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(unreadable(name, error));
  }
}

function noSpace({ name, size }: ByteSource, room: number): Problem {
  return {
    code: "not-enough-space",
    message: `There is not enough space in the datastore to keep "${name}".`,
    at: { file: name },
    expected: `room for ${size} bytes`,
    got: `${Math.max(room, 0)} bytes`,
    hint: "It must be kept because its caller may remove it. Make room, or call from another directory.",
  };
}

function unreadable(name: string, error: FileError): Problem {
  return {
    code: "file-unreadable",
    message: `"${name}" cannot be read: ${error.message}.`,
    at: { file: name },
    got: error.code,
    hint: "Check the name, the permissions, and that the medium is there.",
  };
}
