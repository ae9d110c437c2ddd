import { dirname, resolve } from "node:path";
import { ArtifactError } from "../artifact/artifact-error.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { FileError } from "../platform/types.ts";
import type { Context } from "./context.ts";

/**
 * Writes a file as a whole or not at all: beside its place first, then renamed over it. Gives its size
 * in bytes.
 */
export async function writeOutput(
  { platform: { files, clock }, environment }: Context,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Result<number>> {
  const path = resolve(environment.workingDirectory, name);
  const unfinished = `${path}.${clock.randomId().slice(0, 8)}.unfinished`;
  try {
    if (files.status(dirname(path)) === null) {
      throw new FileError("ENOENT", dirname(path), "there is no such directory");
    }
    const size = await files.writeStream(unfinished, chunks);
    files.renameDurably(unfinished, path);
    return ok(size);
  } catch (error) {
    files.remove(unfinished);
    if (error instanceof ArtifactError) return fail(error.problem);
    if (!(error instanceof FileError)) throw error;
    return fail({
      code: "output-not-written",
      message: `"${name}" cannot be written: ${error.message}.`,
      got: error.code,
      hint: "Give a file in a directory that exists, with room in it.",
    });
  }
}

/** The same for lines of text. */
export async function writeTextOutput(
  context: Context,
  name: string,
  lines: readonly string[],
): Promise<Result<number>> {
  return await writeOutput(context, name, bytesOf(lines));
}

// oxlint-disable-next-line require-await
async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join("\n")}\n`);
}

/** The problem of an output in whose place one of the inputs lies: it would be lost. Null where none does. */
export function overInput(
  { platform: { files }, environment }: Context,
  output: string,
  inputs: readonly string[],
): Problem | null {
  const placeOf = (name: string) => {
    const path = resolve(environment.workingDirectory, name);
    return files.status(path) === null ? path : files.realPath(path);
  };
  const lost = inputs.find((input) => placeOf(input) === placeOf(output));
  if (lost === undefined) return null;
  return {
    code: "output-not-written",
    message: `"${output}" is the file that is read, and would be lost.`,
    expected: "another file to write",
    got: output,
    hint: "Give the output another name.",
  };
}
