import { startChild } from "./child-process.ts";
import { fileError } from "./file-error.ts";
import type { ProcessEnd } from "./types.ts";
import { watchedChild } from "./watched-child.ts";

export interface ProgramEnd {
  readonly end: ProcessEnd;
  /** The beginning of what it wrote to stderr. */
  readonly complaint: string;
}

/** How much of what a program complains is kept; characters. */
const complaintLength = 500;

/** From SIGTERM to SIGKILL, in milliseconds. */
const graceMs = 1000;

/**
 * Runs one of the machine's own programs to its end, in the root directory and our environment; `descriptor` is its
 * descriptor 3. Throws FileError, which names the program, where it cannot be started.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  timeoutMs: number,
  descriptor?: number,
): Promise<ProgramEnd> {
  const child = await startChild({
    file,
    args,
    cwd: "/",
    extendEnv: true,
    ...(descriptor !== undefined && { descriptor }),
  });
  if (child instanceof Error) throw fileError(child, file);
  const decoder = new TextDecoder();
  let complaint = "";
  const { ended } = watchedChild(
    {
      timeoutMs,
      graceMs,
      onOutput: (stream, bytes) => {
        if (stream !== "stderr" || complaint.length >= complaintLength) return;
        complaint = (complaint + decoder.decode(bytes, { stream: true })).slice(0, complaintLength);
      },
    },
    child,
  );
  const end = await ended;
  return { end, complaint: complaint.trim() };
}

/** How it ended, for people. */
export function programFate(end: ProcessEnd): string {
  if (end.kind === "exited") return `it ended with status ${end.code}`;
  return end.kind === "signalled" ? `it was ended by ${end.signal}` : "it did not end";
}
