import { dirname, resolve } from "node:path";
import { ArtifactError } from "../../artifact/artifact-error.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { ownFiles } from "../../install/device-files.ts";
import type { Environment } from "../../install/environment.ts";
import type { Machine } from "../../install/machine.ts";
import { FileError, type Files, type Platform, unlessRefused } from "../../platform/types.ts";

/** What is needed of the machine and of where the caller is. */
interface Place {
  readonly platform: Pick<Platform, "files" | "clock">;
  readonly environment: Pick<Environment, "workingDirectory">;
}

/**
 * Writes a file as a whole or not at all: beside its place first, then renamed over it. Gives its size
 * in bytes.
 */
export async function writeOutput(
  place: Place,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<number>> {
  const { files } = place.platform;
  return await intoPlace(place, name, async (unfinished) =>
    ok(await files.writeStream(unfinished, chunks)),
  );
}

/** The same for whatever `write` has made of a file beside it; what it gives is passed on. */
export async function intoPlace<T>(
  { platform: { files, clock }, environment }: Place,
  name: string,
  write: (unfinished: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const path = resolve(environment.workingDirectory, name);
  let unfinished: string | null = null;
  try {
    const target = demandPlace(files, path);
    unfinished = `${target}.${clock.randomId().slice(0, 8)}.unfinished`;
    const written = await write(unfinished);
    if (written.ok) files.renameDurably(unfinished, target);
    return written;
  } catch (error) {
    if (error instanceof ArtifactError) return fail(error.problem);
    if (!(error instanceof FileError)) throw error;
    const isPlace = [path, dirname(path), unfinished].includes(error.path);
    return fail(notWritten(name, error, isPlace && wrongPlaces.has(error.code)));
  } finally {
    // A failure of this must not hide what has happened before.
    const left = unfinished;
    if (left !== null) unlessRefused(() => files.remove(left), undefined);
  }
}

/** Before anything is read: it may be much. Gives the place to which a link leads: renaming would replace the link. */
function demandPlace(files: Files, path: string): string {
  const directory = dirname(path);
  if (files.status(directory) === null) {
    throw new FileError("ENOENT", directory, "there is no such directory");
  }
  const place = files.status(path)?.kind === "link" ? files.realPath(path) : path;
  const kind = files.status(place)?.kind ?? "file";
  if (kind === "file") return place;
  throw kind === "directory"
    ? new FileError("EISDIR", path, "it is a directory, not a file")
    : new FileError("EINVAL", path, "it is a pipe or a device, not a file");
}

/** What the system says where another path would do; of all else the machine is to blame. */
const wrongPlaces: ReadonlySet<string> = new Set([
  "EACCES",
  "EINVAL",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
  "ERR_INVALID_ARG_VALUE",
]);

function notWritten(name: string, error: FileError, isWrongPlace: boolean): Problem {
  return {
    code: isWrongPlace ? "output-misplaced" : "output-not-written",
    message: `"${name}" cannot be written: ${error.message}.`,
    got: error.code,
    hint: "Give a file in a directory that exists and can be written, with room in it.",
  };
}

/** The same for lines of text. */
export async function writeTextOutput(
  place: Place,
  name: string,
  lines: readonly string[],
): Promise<Result<number>> {
  return await writeOutput(place, name, bytesOf(lines));
}

// oxlint-disable-next-line require-await
async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join("\n")}\n`);
}

/**
 * The problem of an output in whose place one of the inputs lies, or a file that this machine is updated with: it would
 * be lost. Null where none does.
 */
export function overInput(
  machine: Machine,
  output: string,
  inputs: readonly string[],
): Problem | null {
  const { files } = machine.platform;
  const placeOf = (name: string) => {
    const path = resolve(machine.environment.workingDirectory, name);
    return files.status(path) === null ? path : files.realPath(path);
  };
  const isThere = (name: string) => placeOf(name) === placeOf(output);
  const isInput = inputs.some(isThere);
  if (!isInput && !ownFiles(machine).some(isThere)) return null;
  const what = isInput
    ? "is the file that is read"
    : "is a file of this machine, by which it is updated";
  return {
    code: "output-misplaced",
    message: `"${output}" ${what}, and would be lost.`,
    expected: "another file to write",
    got: output,
    hint: "Give the output another name.",
  };
}

/** The same for pieces of text as they are made; what the generator ends in is passed on, and a failure leaves no file. */
export async function writePieces<T>(
  place: Place,
  name: string,
  pieces: AsyncGenerator<string, Result<T>>,
): Promise<Result<T>> {
  return await intoPlace(place, name, async (unfinished) => {
    const ends: Result<T>[] = [];
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (let next = await pieces.next(); ; next = await pieces.next()) {
        if (next.done === true) {
          ends.push(next.value);
          return;
        }
        yield Buffer.from(next.value);
      }
    }
    await place.platform.files.writeStream(unfinished, bytes());
    const [end] = ends;
    if (end === undefined) throw new Error("a stream without an end");
    return end;
  });
}
