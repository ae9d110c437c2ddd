import type { Readable, Writable } from "node:stream";

export interface ChildSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `env` is added to our environment, and not all that it gets. */
  readonly extendEnv: boolean;
  /** Its stdin is a pipe from us and not empty. */
  readonly isFed?: boolean;
  /** A descriptor of ours that it gets as its descriptor 3. */
  readonly descriptor?: number;
}

export interface ChildExit {
  /** Null where a signal has ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child in a session and process group of its own, which it leads. */
export interface Child {
  readonly pid: number;
  /** Present where it is fed. */
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the child has ended, whoever else still holds its streams. */
  readonly exited: Promise<ChildExit>;
}

/**
 * Starts a program; all programs are started here. What the system gives as reason not to
 * start it comes back as an Error. Whoever awaits this misses nothing: its output and its end come later.
 *
 * It has no time limit and outlives us: execa would end the child alone, and its promise waits until the last copy of
 * the child's streams is closed, which a left-over grandchild may hold for ever. So only that of a child that could not
 * be started is waited for.
 */
export async function startChild(spec: ChildSpec): Promise<Child | Error> {
  // Of all that may be wrong execa throws this only.
  if (spec.args.some((arg) => arg.includes("\0"))) return holdsNul();
  // Loaded when it is needed: many commands start nothing, and it takes longer to load than they take.
  const { execa } = await import("execa");
  const stdin = spec.isFed === true ? "pipe" : "ignore";
  const own = [spec.descriptor].filter((fd) => fd !== undefined).filter(isDescriptor);
  const child = execa(spec.file, spec.args, {
    cwd: spec.cwd,
    ...(spec.env !== undefined && { env: spec.env }),
    extendEnv: spec.extendEnv,
    stdio: [stdin, "pipe", "pipe", ...own],
    detached: true,
    cleanup: false,
    buffer: false,
    encoding: "buffer",
    reject: false,
  });
  const { pid, stdin: input, stdout, stderr } = child;
  if (pid === undefined) return reasonOf((await child).cause);
  return { pid, stdin: input, stdout, stderr, exited: exitOf(child) };
}

/** Execa takes any; its types know those up to 9 only. */
function isDescriptor(fd: number): fd is 3 | 4 | 5 | 6 | 7 | 8 | 9 {
  return fd > 2;
}

interface Ending {
  once(
    event: "exit",
    listener: (code: number | null, signal: NodeJS.Signals | null) => void,
  ): unknown;
}

/** Of the two ways to learn of it only `exit` is of use: `close` comes when the last copy of its stdout is closed. */
function exitOf(child: Ending): Promise<ChildExit> {
  return new Promise((settle) => {
    child.once("exit", (code, signal) => settle({ code, signal }));
  });
}

function reasonOf(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** As Node says it. */
function holdsNul(): Error {
  return Object.assign(new TypeError("a NUL character"), { code: "ERR_INVALID_ARG_VALUE" });
}
