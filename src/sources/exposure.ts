import { dirname, join } from "node:path";
import { FileError, type Files, type FileStatus, modeText } from "../platform/types.ts";

/** What somebody else than root and the caller can change. */
export interface Exposure {
  /** Absolute. */
  readonly path: string;
  readonly how: "others may write" | "belongs to another";
  readonly status: FileStatus;
}

/** Where a path leads when nobody else can change that; or who can. */
export type Way =
  | { readonly kind: "safe"; readonly realPath: string; readonly status: FileStatus }
  | { readonly kind: "exposed"; readonly exposure: Exposure };

/** As many links as the kernel follows. */
const mostLinks = 40;

/** A directory or link on a way, or what the way leads to. */
export interface Step {
  /** Absolute, and through no link. */
  readonly path: string;
  readonly status: FileStatus;
}

/** The way ends before the path does. */
interface Absent {
  readonly kind: "absent";
  /** Absolute, through no link: what does not hold the next name. */
  readonly holder: string;
  /** That name is the last one. */
  readonly isLast: boolean;
}

/**
 * Follows an absolute path from the root, every directory and link on the way and what it leads to: none of them may
 * belong to, or be written by, anybody but root and the caller. What is safe so far cannot be changed while the rest is
 * looked at. Throws FileError.
 */
export function wayTo(files: Pick<Files, "status" | "readLink">, path: string): Way {
  const way = follow(files, path, ({ path: at, status }) => exposureOf(at, status));
  if (way.kind === "absent") throw absent(path);
  return way;
}

/** The same by the caller's own rule. Throws FileError. */
export function follow(
  files: Pick<Files, "status" | "readLink">,
  path: string,
  judge: (step: Step) => Exposure | null,
): Way | Absent {
  let at = "/";
  let rest = partsOf(path);
  let links = 0;
  let status = statusOf(files, at);
  for (;;) {
    const exposure = judge({ path: at, status });
    if (exposure !== null) return { kind: "exposed", exposure };
    const [name, ...after] = rest;
    if (name === undefined) return { kind: "safe", realPath: at, status };
    rest = after;
    const next = name === ".." ? dirname(at) : join(at, name);
    const found = files.status(next);
    if (found === null) return { kind: "absent", holder: at, isLast: rest.length === 0 };
    if (found.kind !== "link") {
      at = next;
      status = found;
      continue;
    }
    const link = judge({ path: next, status: found });
    if (link !== null) return { kind: "exposed", exposure: link };
    links += 1;
    if (links > mostLinks) throw new FileError("ELOOP", path, "too many links lead on");
    const target = files.readLink(next);
    rest = [...partsOf(target), ...rest];
    if (target.startsWith("/")) at = "/";
    status = statusOf(files, at);
  }
}

/**
 * Null: it is root's or the caller's, and nobody else may write to it. Every link has all bits set, and nobody writes
 * to one.
 */
export function exposureOf(path: string, status: FileStatus): Exposure | null {
  if (!status.isOwnerTrusted) return { path, how: "belongs to another", status };
  const isWritable = status.kind !== "link" && (status.mode & 0o022) !== 0;
  return isWritable ? { path, how: "others may write", status } : null;
}

export function exposureText({ path, how, status }: Exposure): string {
  return how === "others may write"
    ? `others may write to "${path}" (mode ${modeText(status)})`
    : `"${path}" belongs to user ${String(status.ownerId)}`;
}

/** Who else can change where the path leads, in words; null: nobody can. Throws FileError. */
export function exposedBy(files: Pick<Files, "status" | "readLink">, path: string): string | null {
  const way = wayTo(files, path);
  return way.kind === "exposed" ? exposureText(way.exposure) : null;
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function statusOf(files: Pick<Files, "status">, path: string): FileStatus {
  const status = files.status(path);
  if (status === null) throw absent(path);
  return status;
}

function absent(path: string): FileError {
  return new FileError("ENOENT", path, "there is no such file");
}
