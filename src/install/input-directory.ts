import { join, resolve } from "node:path";
import { bundleHead, isBundleHead } from "../bundle/bundle-head.ts";
import { assertNever } from "../core/assert-never.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { maxFileBytes } from "../manifest/source.ts";
import { type ByteSource, FileError, type Files, unlessRefused } from "../platform/types.ts";
import { kindOfInput, saysManifest } from "./input-kind.ts";
import type { Machine } from "./machine.ts";

/** A medium with more at its top is none that was made for an update. */
export const maxEntries = 1000;

/** So many are named in a message. */
const maxNamed = 8;

/**
 * The one bundle or Manifest at the top of a directory, named as the caller names that; everything else is itself, be
 * it there or not. What counts is told by the content; an Artifact, a link and a hidden file do not.
 */
export async function inputFile(machine: Machine, name: string): Promise<Result<string>> {
  const { files } = machine.platform;
  // Resolved it would be the working directory, and whatever lies there be installed.
  if (name === "") return fail(nameless);
  const path = resolve(machine.environment.workingDirectory, name);
  const isDirectory = () => files.status(files.realPath(path))?.kind === "directory";
  if (!unlessRefused(isDirectory, false)) return ok(name);
  const names = unlessRefused(() => files.list(path), null);
  // Whoever reads it says why that cannot be.
  if (names === null) return ok(name);
  if (names.length > maxEntries) return fail(tooMany(name, names.length));
  const entries: Entry[] = [];
  for (const entry of names.filter((each) => !each.startsWith(".")).toSorted()) {
    entries.push({ name: entry, ...(await lookAt(files, join(path, entry))) });
  }
  const [found, ...others] = entries.filter(({ counts }) => counts);
  if (found === undefined) return fail(none(name, entries));
  if (others.length > 0) return fail(several(name, [found, ...others]));
  machine.tell([`"${name}" holds "${found.name}", ${found.what}: that is taken`]);
  return ok(join(name, found.name));
}

const nameless: Problem = {
  code: "invalid-argument",
  message: "The name of the file is empty.",
  expected: "a bundle or a Manifest, or the directory in which it lies",
  got: "nothing",
  hint: 'Name it. In a script the variable with its name may not be set; "." is the working directory.',
};

interface Entry extends Look {
  readonly name: string;
}

interface Look {
  readonly what: string;
  /** It is a bundle or a Manifest, or may be one. */
  readonly counts: boolean;
}

async function lookAt(files: Files, path: string): Promise<Look> {
  try {
    const kind = files.status(path)?.kind ?? "other";
    switch (kind) {
      case "file":
        return await lookInto(files, path);
      case "directory":
        return { what: "a directory", counts: false };
      case "link":
        return { what: "a link", counts: false };
      case "other":
        return { what: "no regular file", counts: false };
      default:
        return assertNever(kind);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // It may be the one that is meant.
    return { what: `which cannot be read (${error.code})`, counts: true };
  }
}

async function lookInto(files: Files, path: string): Promise<Look> {
  const source = files.openSource(path);
  try {
    const kind = await kindOfInput(source);
    if (!kind.ok) return neither;
    switch (kind.value) {
      case "artifact":
        return { what: "an Artifact", counts: false };
      case "bundle":
      case "gzip":
        return isBundleHead(await bundleHead(source))
          ? { what: "a bundle", counts: true }
          : neither;
      case "text":
        return isManifest(files, path, source) ? { what: "a Manifest", counts: true } : neither;
      default:
        return assertNever(kind.value);
    }
  } finally {
    source.close();
  }
}

const neither: Look = { what: "neither of them", counts: false };

function isManifest(files: Files, path: string, { size }: ByteSource): boolean {
  return size <= maxFileBytes && saysManifest(files.read(path, maxFileBytes));
}

function none(name: string, entries: readonly Entry[]): Problem {
  return {
    code: "input-missing",
    message: `There is no bundle and no Manifest at the top of the directory "${name}".`,
    at: { file: name },
    expected: "one bundle or Manifest there, whatever its name",
    got: entries.length === 0 ? "nothing" : listed(entries),
    hint: "Put the bundle there, or name the file.",
  };
}

function several(name: string, entries: readonly Entry[]): Problem {
  return {
    code: "input-ambiguous",
    message: `There are ${entries.length} bundles or Manifests at the top of the directory "${name}", and only one can be meant.`,
    at: { file: name },
    expected: "one bundle or Manifest there",
    got: listed(entries),
    hint: "Name the file, or take the others away.",
  };
}

function tooMany(name: string, count: number): Problem {
  return {
    code: "input-ambiguous",
    message: `There are ${count} files in the directory "${name}", too many to look for a bundle or a Manifest among them.`,
    at: { file: name },
    expected: `at most ${maxEntries}`,
    got: String(count),
    hint: "Name the file.",
  };
}

function listed(entries: readonly Entry[]): string {
  const named = entries.slice(0, maxNamed).map(({ name, what }) => `"${name}", ${what}`);
  const more = entries.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
