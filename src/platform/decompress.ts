import type { Writable } from "node:stream";
import { startChild } from "./child-process.ts";
import { drained } from "./drained.ts";
import { fileError, isFileError } from "./file-error.ts";
import { signalGroup } from "./process-end.ts";
import { DecompressError, type Decompressors } from "./types.ts";

/** How much of what a program complains is kept; characters. */
const complaintLength = 500;

const commands = {
  xz: { program: "xz", args: ["-dc"] },
  zstd: { program: "zstd", args: ["-dcq"] },
} as const;

/** A dictionary of gigabytes must not take the device down; zstd refuses more than 128 MiB by itself. */
const memoryLimit = { XZ_DEFAULTS: "--memlimit-decompress=256MiB" } as const;

/** Decompression by the programs `xz` and `zstd` on the PATH, which `environment` may override. */
export function nodeDecompressors(
  environment: Readonly<Record<string, string>> = {},
): Decompressors {
  return { decompress: (kind, source) => run(kind, source, { ...environment, ...memoryLimit }) };
}

async function* run(
  kind: "xz" | "zstd",
  source: AsyncIterable<Uint8Array>,
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const { program, args } = commands[kind];
  const child = await startChild({
    file: program,
    args,
    cwd: "/",
    env: environment,
    extendEnv: true,
    isFed: true,
  });
  if (child instanceof Error) throw notStarted(child, program);
  const { pid, stdin, stdout, stderr } = child;
  if (stdin === null) throw new Error("a child that is fed has no stdin");
  let hasExited = false;
  const exited = child.exited.finally(() => {
    hasExited = true;
  });
  let complained = 0;
  let complaint = "";
  stderr.on("data", (bytes: Uint8Array) => {
    complained += bytes.length;
    complaint = (complaint + new TextDecoder().decode(bytes)).slice(0, complaintLength);
  });

  // A program that gives up closes its input; its exit status tells why.
  stdin.on("error", () => {});
  // The program sees a broken source as a mere end of its input: whose failure it was must be kept.
  let broken: { readonly error: unknown } | null = null;
  feed(stdin, source).catch((error: unknown) => {
    broken = { error };
    stdin.destroy();
  });

  try {
    let outputError: Error | null = null;
    try {
      for await (const piece of stdout) yield bytesOf(piece);
    } catch (error) {
      outputError = error instanceof Error ? error : new Error(String(error));
    }
    const { code } = await exited;
    if (broken !== null) rethrow(broken);
    if (code !== 0) await drained([stderr], () => complained);
    if (code !== 0 || outputError !== null) {
      const detail = complaint.trim() || outputError?.message || "it gave up";
      throw new DecompressError("broken-data", program, detail);
    }
  } finally {
    stdin.destroy();
    stderr.destroy();
    // Later its pid may be another's.
    if (!hasExited) signalGroup(pid, "SIGKILL");
  }
}

function notStarted(reason: Error, program: string): Error {
  const failure = fileError(reason, program);
  if (!isFileError(failure, "ENOENT", "EACCES")) return failure;
  return new DecompressError("program-missing", program, `"${program}" is not on the PATH`);
}

/** One piece after the other is written to its end before the next is asked for: it may be lent. */
async function feed(input: Writable, source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of source) {
    const refusal = await new Promise<Error | null | undefined>((settle) => {
      input.write(piece, settle);
    });
    if (refusal !== null && refusal !== undefined) return;
  }
  input.end();
}

function rethrow({ error }: { readonly error: unknown }): never {
  throw error instanceof Error ? error : new Error(String(error));
}

function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError("a byte stream gave something that is not bytes");
}
