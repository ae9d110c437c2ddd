/**
 * The ports to the machine. Everything that opens a file, a process, a pipe or the network goes
 * through one of these; only cli/main.ts builds the adapters, tests pass their own.
 */

import type { Network } from "./network-types.ts";

/** Bytes that can be read at any offset, as often as wanted: a file, or an entry of a bundle. */
export interface ByteSource {
  /** How people find it: a path, or `bundle.tar:artifacts/gateway-v2.mender`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Streams `length` bytes from `offset`; throws FileError where the medium ends early or vanishes. With `lentBytes` no
   * piece is larger than that, and each is only lent: its memory is used again once the next one is asked for. So
   * whoever says it has done with a piece by then, and has nobody else at work on it.
   */
  read(offset: number, length: number, lentBytes?: number): AsyncIterable<Uint8Array>;
}

/** A failed operation on a file or pipe. `code` is the system's: ENOENT, ENOSPC, EIO and so on. */
export class FileError extends Error {
  readonly code: string;
  readonly path: string;
  constructor(code: string, path: string, message: string) {
    super(message);
    this.name = "FileError";
    this.code = code;
    this.path = path;
  }
}

/** What `ask` gives, or `otherwise` where the machine refuses it: for whoever passes over that. A bug is thrown on. */
export function unlessRefused<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof FileError) return otherwise;
    throw error;
  }
}

export type FileKind = "file" | "directory" | "link" | "other";

export interface FileStatus {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Permission bits, for example 0o755. */
  readonly mode: number;
  readonly device: number;
  readonly inode: number;
  readonly ownerId: number;
  /** It belongs to root or to whom this process runs as. */
  readonly isOwnerTrusted: boolean;
}

/** Permission bits as chmod takes them: `0755`. */
export function modeText({ mode }: Pick<FileStatus, "mode">): string {
  return mode.toString(8).padStart(4, "0");
}

/** An open file that is only ever appended to. */
export interface AppendFile {
  /** Writes all of it or throws FileError. */
  append(bytes: Uint8Array): void;
  /** fdatasync. An error is final: the file must not be trusted, nor the call be repeated. */
  sync(): void;
  close(): void;
}

/** Frees what can be done without on a full disk; false: there is nothing. */
export type MakeRoom = () => Promise<boolean>;

/** A new file that is written from its beginning to its end; one call at a time. */
export interface NewFile {
  /** All of it, or throws FileError. It may be lent: it is done with once this resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** fdatasync, and closes it; its name can be lost until its directory is synced. An error is final. */
  finish(): Promise<void>;
  /** Closes and removes it, whatever has failed. */
  discard(): Promise<void>;
}

/** Files. Every method throws FileError; small files are handled synchronously, large ones streamed. */
export interface Files {
  status(path: string): FileStatus | null;
  /** The whole file; FileError with code EFBIG above `maxBytes`. */
  read(path: string, maxBytes: number): Uint8Array;
  /** The same, with the status of the very file that was read. */
  readWithStatus(
    path: string,
    maxBytes: number,
  ): { readonly bytes: Uint8Array; readonly status: FileStatus };
  /** The first bytes of a file, at most so many, however large it is. */
  head(path: string, bytes: number): Uint8Array;
  list(path: string): readonly string[];
  /** Directories with mode 0700, parents too; each new entry is synced into its parent. */
  makeDirectory(path: string): void;
  /** A fresh private directory in the system's place for temporary files. */
  makeTemporaryDirectory(prefix: string): string;
  /** The whole tree, links not followed; absent is fine. */
  remove(path: string): void;
  /** Atomic and durable: temporary file, fsync, rename, fsync of the directory. Mode 0600. */
  writeDurably(path: string, bytes: Uint8Array): void;
  /** A new file (O_EXCL, 0600), synced; it can be lost until its directory is synced, too. */
  writeNew(path: string, bytes: Uint8Array): void;
  /** Plain write, not synced. Mode 0600. */
  write(path: string, bytes: Uint8Array): void;
  /** Atomic for whoever looks, and not synced: a power cut may undo it. */
  rename(from: string, to: string): void;
  /** Rename, then fsync of both directories. */
  renameDurably(from: string, to: string): void;
  /** Hard link; FileError with EXDEV across file systems. */
  link(existing: string, path: string): void;
  /** fsync of a directory. */
  syncDirectory(path: string): void;
  /**
   * Opens for append with mode 0600, creating (and syncing the directory) where absent; first cut to `length` bytes
   * where given.
   */
  openAppend(path: string, length?: number): AppendFile;
  openSource(path: string): ByteSource & { close(): void };
  /**
   * Streams into a new file (O_EXCL, 0600) and fdatasyncs it; returns the bytes written. Where it fails, nothing of it
   * stays. Chunks may be lent: the next one is asked for once this one is written. Where the disk is full, `makeRoom`
   * is asked whether it has made some: then it is tried again.
   */
  writeStream(
    path: string,
    chunks: AsyncIterable<Uint8Array>,
    makeRoom?: MakeRoom,
  ): Promise<number>;
  /** Opens a new file (O_EXCL, 0600) to be written piece by piece. */
  openNew(path: string): NewFile;
  /** Throws FileError where this user may not make files in the directory, which is there; writes nothing. */
  demandWritable(directory: string): void;
  /** Bytes free for this user on the file system of `path`. */
  freeBytes(path: string): number;
  /** Absolute, links resolved. */
  realPath(path: string): string;
  /** Where a symbolic link leads, as it is written. */
  readLink(path: string): string;
}

/** How a child process ended. */
export type ProcessEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly afterMs: number }
  | { readonly kind: "not-started"; readonly message: string };

export interface ProcessSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** 0: no limit. */
  readonly timeoutMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** All that it reads on stdin; absent: nothing. */
  readonly input?: Uint8Array;
  /** Called with every piece of output as it comes. */
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
}

/** A running child, leader of its own process group. Where it could not be started its pid is 0. */
export interface RunningProcess extends ProcessIdentity {
  /** Settles on the child's exit; left-over grandchildren that hold a pipe never keep it waiting. */
  readonly ended: Promise<ProcessEnd>;
  /** SIGTERM to the group, SIGKILL after the grace period. */
  terminate(): void;
}

/** Who a process is, so that a later run can find it again and never kill a stranger. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTime: string;
}

export interface MarkedProcess extends ProcessIdentity {
  readonly variables: ReadonlyMap<string, string>;
}

export interface Processes {
  /** Its output and its end come later than the answer. */
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /** Whether any was started so far. */
  hasStarted(): boolean;
  /** Kills all that were started here and are still at work, with their groups. */
  killAll(): void;
  /** Null where no such process runs. */
  identify(pid: number): ProcessIdentity | null;
  /** This process, its parent, and so on up to the first of the machine. */
  lineage(): readonly ProcessIdentity[];
  /** Every process whose environment holds `name=value`; this one and its ancestors are no exception. */
  findByEnvironment(name: string, value: string): readonly ProcessIdentity[];
  /** Every process whose environment holds one of these variables, with what it holds of them. */
  findMarked(names: readonly string[]): readonly MarkedProcess[];
  /** How a process was called, its arguments with blanks between them; its name where nobody may know. */
  commandLine(pid: number): string;
  /**
   * Ends exactly this process and its group, waits for it; false where it would not end, or is of our lineage: those
   * are left alone.
   */
  end(who: ProcessIdentity, graceMs: number): Promise<boolean>;
}

/** What became of a stream that was written whole into a pipe. */
export interface Pumped {
  /** Bytes written. */
  readonly bytes: number;
  /** How many of them nobody has read, told once the reader says that it is done; to be called exactly once. */
  unread(): number;
}

/** Named pipes, written without ever blocking the process. */
export interface Pipes {
  /** mkfifo with mode 0600, all in as few processes as possible. */
  make(paths: readonly string[]): Promise<void>;
  /** Resolves with a descriptor once a reader has the pipe open; rejects on abort. */
  openForWrite(path: string, signal: AbortSignal): Promise<number>;
  /** Writes a line of at most 4096 bytes and closes. */
  writeLine(fd: number, line: string): void;
  /** Closes without writing: the reader gets zero bytes. */
  close(fd: number): void;
  /**
   * Writes every chunk with back-pressure, waits until written, closes; chunks may be lent. Throws FileError EPIPE
   * where the reader went away. Before a broken source closes the pipe, `onSourceError` is awaited.
   */
  pump(
    fd: number,
    source: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    onSourceError: (error: unknown) => Promise<void>,
  ): Promise<Pumped>;
  /** Frees whoever is blocked in opening one of these, then removes them. */
  releaseAndRemove(paths: readonly string[]): void;
}

export interface Host {
  /** Differs after every boot. */
  bootId(): string;
  /** Of this process, absolute; where it was if it has been removed. */
  workingDirectory(): string;
  /** What comes on stdin; ends where the signal is aborted. */
  standardInput(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Is a standard stream of this process a terminal, so that somebody sits there. */
  hasTerminal(): boolean;
  /** `device:inode` of the stream for messages; null where it is closed. */
  errorStreamId(): string | null;
  /** Asks the machine to reboot; returns when the command has been accepted, throws FileError when not. */
  reboot(): Promise<void>;
}

export interface Clock {
  /** For showing only. */
  now(): Date;
  /** Milliseconds since the host has booted, by a clock that never jumps and that all processes share. */
  monotonicMs(): number;
  /** Throws once the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A fresh random id, 128 bits in hexadecimal. */
  randomId(): string;
}

/** One deployment at a time: an exclusive lock that dies with its holder. */
export interface Lock {
  release(): void;
}

export type LockAnswer = { readonly lock: Lock } | { readonly heldBy: number | null };

export interface Locks {
  /**
   * The holder's pid where another process holds it; null where that is not known. Waits for no holder but one that was
   * killed and is not gone yet, for at most 10 s.
   */
  acquire(path: string): Promise<LockAnswer>;
}

/** Why bytes could not be decompressed. `program` is what has to be installed, or what refused. */
export class DecompressError extends Error {
  readonly reason: "program-missing" | "broken-data";
  readonly program: string;
  constructor(reason: "program-missing" | "broken-data", program: string, message: string) {
    super(message);
    this.name = "DecompressError";
    this.reason = reason;
    this.program = program;
  }
}

/** Decompression that Node has no sound one of: run as programs of the machine. */
export interface Decompressors {
  /**
   * Streams the whole of `source`, whose pieces may be lent, through `xz` or `zstd`. Throws DecompressError where the
   * program is missing or the data broken, cut short or followed by garbage; what `source` throws comes through. Ending
   * the iteration early ends the program.
   */
  decompress(kind: "xz" | "zstd", source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export interface Platform {
  readonly files: Files;
  readonly processes: Processes;
  readonly pipes: Pipes;
  readonly host: Host;
  readonly clock: Clock;
  readonly locks: Locks;
  readonly decompressors: Decompressors;
  readonly memory: Memory;
  readonly network: Network;
}

/** The memory of this process. */
export interface Memory {
  /** Bytes of the machine's memory that it takes up. */
  residentBytes(): number;
  /** Whether it soon dies because the heap cannot grow any more, however much memory the machine has. */
  isHeapNearlyFull(): boolean;
}
