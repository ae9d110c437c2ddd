import { dirname, resolve } from "node:path";
import { ArtifactError } from "../../artifact/artifact-error.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { ownFiles } from "../../install/device-files.ts";
import type { Environment } from "../../install/environment.ts";
import { datastoreOf, type Machine } from "../../install/machine.ts";
import { artifactFilesOf } from "../../install/named-files.ts";
import {
  FileError,
  type Files,
  type NewFile,
  type Platform,
  unlessRefused,
} from "../../platform/types.ts";

/** What is needed of the machine and of where the caller is. */
interface Place {
  readonly platform: Pick<Platform, "files" | "clock">;
  readonly environment: Pick<Environment, "workingDirectory">;
  /** Aborted where this process is told to end. */
  readonly signal: AbortSignal;
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
  return await intoPlace(place, name, (unfinished) => writeWanted(place, name, unfinished, chunks));
}

/** Writes it beside its place. Told to end, this process must come to clearing that up in time. */
export async function writeWanted(
  { platform: { files }, signal }: Place,
  name: string,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<number>> {
  async function* whileWanted() {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      yield chunk;
    }
  }
  const written = await files.writeStream(path, whileWanted());
  return signal.aborted ? fail(notFinished(name)) : ok(written);
}

function notFinished(name: string): Problem {
  return {
    code: "interrupted",
    message: `"${name}" was not written: this program was told to end.`,
    hint: "Call the command again.",
  };
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
    if (name === "-") return fail(noStream);
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

const noStream: Problem = {
  code: "output-misplaced",
  message: 'This cannot be written to stdout, for which "-" stands.',
  expected: "the name of a file",
  got: "-",
  hint: 'Give a file; "./-" is one with that name.',
};

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

/** The same for lines of text, also where this process is told to end: they may be what it has found by then. */
export async function writeTextOutput(
  place: Place,
  name: string,
  lines: readonly string[],
): Promise<Result<number>> {
  const { files } = place.platform;
  return await intoPlace(place, name, async (unfinished) =>
    ok(await files.writeStream(unfinished, bytesOf(lines))),
  );
}

// oxlint-disable-next-line require-await
async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join("\n")}\n`);
}

/**
 * The problem of an output in whose place one of the inputs lies, an Artifact that one of them names, or a file that
 * this machine is updated with: it would be lost. Null where none does.
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
  const isJournaled = () => {
    const { deployment, history } = datastoreOf(machine);
    const places = [placeOf(output), `${placeOf(dirname(output))}/`];
    return [deployment, history].some((kept) =>
      places.some((place) => place.startsWith(`${placeOf(kept)}/`)),
    );
  };
  const isThere = (name: string) => placeOf(name) === placeOf(output);
  const whatIsThere = () => {
    if (inputs.some(isThere)) return "is the file that is read";
    if (inputs.some((input) => artifactFilesOf(machine, input).some(isThere)))
      return "is an Artifact that is read";
    if (isJournaled()) return "lies where this program keeps its journals";
    if (ownFiles(machine).some(isThere)) return "is a file of this machine, by which it is updated";
    return null;
  };
  const what = whatIsThere();
  if (what === null) return null;
  return {
    code: "output-misplaced",
    message: `"${output}" ${what}, and would be lost.`,
    expected: "another file to write",
    got: output,
    hint: "Give the output another name.",
  };
}

/**
 * The same for pieces of text as they are made; what the generator ends in is passed on, and a failure leaves no file.
 * To make them may be to compute, which a signal ends at once: so they lie in a file without a name until all are
 * there.
 */
export async function writePieces<T>(
  place: Place,
  name: string,
  pieces: AsyncGenerator<string, Result<T>>,
): Promise<Result<T>> {
  const { files } = place.platform;
  return await intoPlace(place, name, async (unfinished) => {
    const nameless = files.openNew(unfinished);
    const source = files.openSource(unfinished);
    try {
      files.remove(unfinished);
      const made = await setAside(nameless, pieces);
      if (!made.end.ok) return made.end;
      const written = await writeWanted(place, name, unfinished, source.read(0, made.length));
      return written.ok ? made.end : written;
    } finally {
      source.close();
    }
  });
}

/** The end of the generator, and how many bytes have come before it. */
async function setAside<T>(
  file: NewFile,
  pieces: AsyncGenerator<string, T>,
): Promise<{ readonly end: T; readonly length: number }> {
  let length = 0;
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true) return { end: next.value, length };
      const bytes = Buffer.from(next.value);
      await file.write(bytes);
      length += bytes.length;
    }
  } finally {
    await file.discard();
  }
}
