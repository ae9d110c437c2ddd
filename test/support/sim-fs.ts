import { constants } from "node:fs";
import { posix } from "node:path";
import type { FileIo, FileStats } from "../../src/platform/file-io.ts";
import {
  apply,
  type DirectoryNode,
  diskWith,
  type Effect,
  outcomesOf,
  type SimNode,
} from "./sim-nodes.ts";

/** Thrown by the call at which the process ends; the call changes nothing. */
export class ProcessEnded extends Error {}

/**
 * A file system in memory with two views: what processes see, and what is on the disk. Between them lie effects that
 * nobody has synced; a power cut keeps any subset of them. It is more cruel than most real ones: an fsync of a file
 * does not make its name durable, and a rename between directories is two effects.
 */
export interface SimDisk {
  readonly io: FileIo;
  /** How many calls were made that change the disk, or sync it. */
  calls(): number;
  /** The process ends at this call, counted from 0. Infinity: a new process sees what the one before saw. */
  endAt(call: number): void;
  /** Every disk that a power cut at this moment can leave. */
  afterPowerCut(): Generator<SimDisk>;
}

interface OpenFile {
  readonly node: SimNode;
  readonly isAppend: boolean;
  position: number;
}

export function simDisk(
  root: DirectoryNode = { kind: "directory", id: 0, entries: new Map(), durable: new Map() },
): SimDisk {
  let pending: readonly Effect[] = [];
  let calls = 0;
  let lastCall = Number.POSITIVE_INFINITY;
  let nextId = 1_000_000;
  const open = new Map<number, OpenFile>();

  function step(): void {
    if (calls >= lastCall) throw new ProcessEnded();
    calls += 1;
  }

  function happen(effect: Effect): Effect {
    pending = [...pending, effect];
    apply(effect, "seen");
    return effect;
  }

  function freshId(): number {
    nextId += 1;
    return nextId;
  }

  function find(path: string): SimNode | null {
    let node: SimNode | undefined = root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (node?.kind !== "directory") return null;
      node = node.entries.get(name);
    }
    return node ?? null;
  }

  function existing(path: string): SimNode {
    return find(path) ?? refuse("ENOENT", path);
  }

  function directory(path: string): DirectoryNode {
    const node = existing(path);
    return node.kind === "directory" ? node : refuse("ENOTDIR", path);
  }

  function opened(fd: number): OpenFile {
    return open.get(fd) ?? refuse("EBADF", String(fd));
  }

  function openedFile(fd: number) {
    const { node } = opened(fd);
    return node.kind === "file" ? node : refuse("EISDIR", String(fd));
  }

  function name(path: string, to: SimNode | null, after: Effect | null = null): Effect {
    const change = { name: posix.basename(path), to };
    const node = directory(posix.dirname(path));
    return happen({ kind: "entries", node, changes: [change], after });
  }

  function write(fd: number, bytes: Uint8Array, position: number | null): number {
    step();
    const file = opened(fd);
    const node = openedFile(fd);
    const at = file.isAppend ? node.bytes.length : (position ?? file.position);
    happen({ kind: "write", node, at, bytes: bytes.slice() });
    file.position = at + bytes.length;
    return bytes.length;
  }

  function read(fd: number, into: Uint8Array, position: number | null): number {
    const file = opened(fd);
    const start = position ?? file.position;
    const piece = openedFile(fd).bytes.subarray(start, start + into.length);
    into.set(piece);
    if (position === null) file.position += piece.length;
    return piece.length;
  }

  function sync(fd: number): void {
    step();
    const { node } = opened(fd);
    for (const effect of pending) if (effect.node === node) apply(effect, "durable");
    pending = pending.filter((effect) => effect.node !== node);
  }

  const io: FileIo = {
    openSync(path, flags) {
      step();
      let node = find(path);
      if (node !== null && (flags & constants.O_EXCL) !== 0) refuse("EEXIST", path);
      if (node === null) {
        if ((flags & constants.O_CREAT) === 0) refuse("ENOENT", path);
        const empty = new Uint8Array(0);
        node = { kind: "file", id: freshId(), bytes: empty, durable: empty };
        name(path, node);
      }
      if ((flags & constants.O_TRUNC) !== 0 && node.kind === "file") {
        happen({ kind: "truncate", node, length: 0 });
      }
      const fd = open.size + 3;
      open.set(fd, { node, isAppend: (flags & constants.O_APPEND) !== 0, position: 0 });
      return fd;
    },
    // Numbers are not used again, so a call on a closed file still shows as one.
    closeSync: (fd) => void opened(fd),
    readSync: (fd, bytes, offset, length, position) =>
      read(fd, bytes.subarray(offset, offset + length), position),
    writeSync: (fd, bytes, offset, length) =>
      write(fd, bytes.subarray(offset, offset + length), null),
    fsyncSync: sync,
    fdatasyncSync: sync,
    ftruncateSync(fd, length) {
      step();
      happen({ kind: "truncate", node: openedFile(fd), length });
    },
    fstatSync: (fd) => statsOf(opened(fd).node),
    lstatSync: (path) => statsOf(existing(path)),
    readdirSync: (path) => [...directory(path).entries.keys()],
    mkdirSync(path) {
      step();
      if (find(path) !== null) refuse("EEXIST", path);
      name(path, {
        kind: "directory",
        id: freshId(),
        entries: new Map(),
        durable: new Map(),
      });
    },
    mkdtempSync: (prefix) => refuse("ENOSYS", prefix),
    rmSync(path, { force }) {
      step();
      if (find(path) !== null) name(path, null);
      else if (!force) refuse("ENOENT", path);
    },
    renameSync(from, to) {
      step();
      const node = existing(from);
      const target = directory(posix.dirname(to));
      // Two names of one file: nothing is done.
      if (find(to) === node) return;
      if (directory(posix.dirname(from)) === target) {
        const changes = [
          { name: posix.basename(to), to: node },
          { name: posix.basename(from), to: null },
        ];
        happen({ kind: "entries", node: target, changes, after: null });
      } else {
        name(from, null, name(to, node));
      }
    },
    linkSync(from, to) {
      step();
      if (find(to) !== null) refuse("EEXIST", to);
      name(to, existing(from));
    },
    accessSync: () => {},
    statfsSync: () => ({ bavail: 1024 * 1024, bsize: 4096 }),
    realpathSync: (path) => path,
    readlinkSync: (path) => refuse("EINVAL", path),
    read(fd, bytes, offset, length, position, callback) {
      callback(null, read(fd, bytes.subarray(offset, offset + length), position));
    },
    write(fd, bytes, offset, length, position, callback) {
      callback(null, write(fd, bytes.subarray(offset, offset + length), position));
    },
    fdatasync(fd, callback) {
      sync(fd);
      callback(null);
    },
  };

  return {
    io,
    calls: () => calls,
    endAt(call) {
      lastCall = call;
    },
    *afterPowerCut() {
      for (const effects of outcomesOf(pending)) yield simDisk(diskWith(root, effects));
    },
  };
}

function statsOf(node: SimNode): FileStats {
  return {
    size: node.kind === "file" ? node.bytes.length : 0,
    mode: node.kind === "file" ? 0o600 : 0o700,
    dev: 1,
    ino: node.id,
    uid: 0,
    isFile: () => node.kind === "file",
    isDirectory: () => node.kind === "directory",
    isSymbolicLink: () => false,
  };
}

/** As `node:fs` refuses. */
function refuse(code: string, path: string): never {
  throw Object.assign(new Error(`${code}: ${path}`), { code });
}

/** An fsync of files, or of directories, that does nothing: tests must notice. */
export function withoutSync(io: FileIo, of: "files" | "directories"): FileIo {
  const skips = (fd: number): boolean => io.fstatSync(fd).isDirectory() === (of === "directories");
  return {
    ...io,
    fsyncSync: (fd) => (skips(fd) ? undefined : io.fsyncSync(fd)),
    fdatasyncSync: (fd) => (skips(fd) ? undefined : io.fdatasyncSync(fd)),
    fdatasync: (fd, callback) => (skips(fd) ? callback(null) : io.fdatasync(fd, callback)),
  };
}
