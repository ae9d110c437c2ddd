import type { Sha256 } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { aligned } from "./columns.ts";
import { bytesText } from "./measures.ts";
import { problemJson } from "./problems.ts";
import type { Style } from "./style.ts";
import { counted, listed, quoted } from "./words.ts";

/** Whom an entry of the cache is for. */
export type CacheUse =
  | {
      readonly kind: "deployment";
      readonly state: "in-progress" | "ended";
      readonly deployment: string;
      readonly manifest: string;
    }
  /** `at`: RFC 3339. */
  | { readonly kind: "fetch"; readonly manifest: string; readonly at: string };

export interface ShownEntry {
  readonly sha256: Sha256;
  readonly bytes: number;
  /** Null: its header cannot be read, see `problem`. */
  readonly artifact: {
    readonly name: string;
    readonly payloadType: string;
    readonly deviceTypes: readonly string[];
  } | null;
  readonly problem: Problem | null;
}

interface CacheFile {
  readonly name: string;
  readonly bytes: number;
}

export interface ShownCache {
  /** Absolute. */
  readonly directory: string;
  readonly isEnabled: boolean;
  /** Bytes; null: no limit. */
  readonly maxBytes: number | null;
  readonly entries: readonly (ShownEntry & {
    /** By the deployment in progress, or a fetched Manifest that is not committed. */
    readonly isNeeded: boolean;
    readonly uses: readonly CacheUse[];
  })[];
  /** Files that nobody has brought to their end, or that are being written. */
  readonly partial: readonly CacheFile[];
  /** What does not belong there; a `record` is one of ours that cannot be read. */
  readonly foreign: readonly (CacheFile & {
    readonly kind: "file" | "directory" | "link" | "other" | "record";
  })[];
}

export interface CleanedCache {
  readonly directory: string;
  readonly removed: readonly ShownEntry[];
  readonly kept: readonly ShownEntry[];
  /** Of files that nobody had brought to their end. */
  readonly partialBytes: number;
}

export function cacheLines(cache: ShownCache, style: Style): readonly string[] {
  const { directory, isEnabled, maxBytes, entries, partial, foreign } = cache;
  const limit = maxBytes === null ? "no limit" : `at most ${bytesText(maxBytes)}`;
  const rows = entries.map((entry) => [
    entry.artifact?.name ?? "?",
    bytesText(entry.bytes),
    entry.sha256.slice(0, shownDigits),
    entry.artifact === null ? `damaged: ${entry.problem?.message ?? ""}` : usesText(entry.uses),
  ]);
  return [
    `${style.strong(directory)}: ${amountText(entries)}, ${limit}.`,
    isEnabled
      ? "It is filled while Artifacts are read."
      : "It is filled by fetch only; ArtifactsCache.Enabled is false.",
    ...aligned(rows, style.widthOf).map(([name = "", ...cells]) =>
      `  ${style.strong(name)}  ${cells.join("  ")}`.trimEnd(),
    ),
    ...(partial.length === 0
      ? []
      : [
          `Not finished: ${counted(partial.length, "file")}, ${bytesText(total(partial))}; the next deployment removes what is left over.`,
        ]),
    ...foreign.map(({ name, kind, bytes }) => style.careful(foreignText(name, kind, bytes))),
  ];
}

/** So many of a sum are enough for people to tell entries apart. */
const shownDigits = 12;

export function cleanedLines(
  { removed, kept, partialBytes }: CleanedCache,
  style: Style,
): readonly string[] {
  return [
    ...removed.map(
      ({ artifact, bytes, sha256 }) =>
        `removed ${style.strong(artifact?.name ?? "?")}  ${bytesText(bytes)}  ${sha256.slice(0, shownDigits)}`,
    ),
    removed.length === 0 && partialBytes === 0
      ? "There was nothing to remove."
      : `${bytesText(total(removed) + partialBytes)} were freed.`,
    ...(kept.length === 0
      ? []
      : [`${amountText(kept)} ${kept.length === 1 ? "is" : "are"} still needed.`]),
  ];
}

export function cacheJson(cache: ShownCache): Readonly<Record<string, unknown>> {
  const { directory, isEnabled, maxBytes, entries, partial, foreign } = cache;
  return {
    type: "cache",
    directory,
    enabled: isEnabled,
    max_bytes: maxBytes,
    bytes: total(entries),
    entries: entries.map((entry) => ({
      ...entryJson(entry),
      needed: entry.isNeeded,
      uses: entry.uses,
    })),
    partial: partial.map(({ name, bytes }) => ({ name, bytes })),
    foreign: foreign.map(({ name, kind, bytes }) => ({ name, kind, bytes })),
  };
}

export function cleanedJson(cleaned: CleanedCache): Readonly<Record<string, unknown>> {
  const { directory, removed, kept, partialBytes } = cleaned;
  return {
    type: "cache-cleaned",
    directory,
    removed: removed.map(entryJson),
    kept: kept.map(entryJson),
    bytes: total(removed) + partialBytes,
  };
}

function entryJson({ sha256, bytes, artifact, problem }: ShownEntry) {
  return {
    sha256,
    bytes,
    artifact:
      artifact === null
        ? null
        : {
            name: artifact.name,
            payload_type: artifact.payloadType,
            device_types: artifact.deviceTypes,
          },
    problem: problem === null ? null : problemJson(problem, "warning"),
  };
}

function usesText(uses: readonly CacheUse[]): string {
  const texts = uses.map((use) => {
    if (use.kind === "fetch") return `fetched for ${quoted(use.manifest)} at ${use.at}`;
    const verb = use.state === "in-progress" ? "needed by" : "last used by";
    return `${verb} the deployment ${use.deployment} of ${quoted(use.manifest)}`;
  });
  return listed(texts);
}

function foreignText(name: string, kind: ShownCache["foreign"][number]["kind"], bytes: number) {
  return kind === "record"
    ? `${quoted(name)} tells what was fetched and cannot be read; the next deployment removes it.`
    : `${quoted(name)} is not of the cache and left alone: a ${kind === "other" ? "special file" : kind}, ${bytesText(bytes)}.`;
}

function amountText(entries: readonly { readonly bytes: number }[]): string {
  return `${counted(entries.length, "Artifact")}, ${bytesText(total(entries))}`;
}

function total(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
