import { spawn } from "node:child_process";
import { pipeline } from "node:stream";
import { DecompressError, type Decompressors } from "./types.ts";

/** How much of what a program complains is kept; characters. */
const complaintLength = 500;

const commands = {
  xz: { program: "xz", args: ["-dc"] },
  zstd: { program: "zstd", args: ["-dcq"] },
} as const;

/** A dictionary of gigabytes must not take the device down; zstd refuses more than 128 MiB by itself. */
const memoryLimit = { XZ_DEFAULTS: "--memlimit-decompress=256MiB" } as const;

/** Decompression by the programs `xz` and `zstd`, found by the PATH of `environment`. */
export function nodeDecompressors(environment: Readonly<Record<string, string>>): Decompressors {
  return {
    decompress: (kind, source) => run(kind, source, { ...environment, ...memoryLimit }),
  };
}

type End =
  | { readonly kind: "not-started"; readonly code: string; readonly message: string }
  | { readonly kind: "ended"; readonly code: number | null };

async function* run(
  kind: "xz" | "zstd",
  source: AsyncIterable<Uint8Array>,
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const { program, args } = commands[kind];
  const child = spawn(program, args, { env: environment, cwd: "/", stdio: "pipe" });
  const ended = new Promise<End>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ kind: "not-started", code: error.code ?? "", message: error.message });
    });
    child.once("close", (code) => resolve({ kind: "ended", code }));
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(0, complaintLength);
  });

  // The program sees a broken source as a mere end of its input: whose failure it was must be kept.
  let broken: { readonly error: unknown } | null = null;
  async function* watched() {
    try {
      yield* source;
    } catch (error) {
      broken = { error };
      throw error;
    }
  }
  // A program that gives up closes its input; its exit status tells why.
  pipeline(watched(), child.stdin, () => {});

  try {
    let outputError: Error | null = null;
    try {
      for await (const piece of child.stdout) yield bytesOf(piece);
    } catch (error) {
      outputError = error instanceof Error ? error : new Error(String(error));
    }
    rethrow(broken);
    const end = await ended;
    rethrow(broken);
    if (end.kind === "not-started") throw notStarted(program, end);
    if (end.code !== 0) {
      throw new DecompressError("broken-data", program, complaint.trim() || "it gave up");
    }
    if (outputError !== null) throw outputError;
  } finally {
    child.stdin.destroy();
    child.kill("SIGKILL");
  }
}

function notStarted(program: string, end: { readonly code: string; readonly message: string }) {
  return new DecompressError(
    end.code === "ENOENT" || end.code === "EACCES" ? "program-missing" : "broken-data",
    program,
    end.message,
  );
}

function rethrow(broken: { readonly error: unknown } | null): void {
  if (broken !== null) throw broken.error;
}

function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError("a byte stream gave something that is not bytes");
}
