import { basename, join } from "node:path";
import { assertNever } from "../core/assert-never.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { type Files, unlessRefused } from "../platform/types.ts";

/**
 * Where an Artifact lies now that its medium, or a copy of it, is at `from`: a bundle, or a directory that holds what
 * its medium held. Of the old path as much counts as is found there. Where nothing of it is, the old place stays.
 */
export function relocated(
  files: Files,
  location: ArtifactLocation,
  from: string,
): ArtifactLocation {
  const kind = kindOf(files, from);
  if (kind !== "file" && kind !== "directory") return location;
  const isDirectory = kind === "directory";
  switch (location.kind) {
    case "bundle": {
      const bundle = isDirectory ? below(files, from, location.bundle) : from;
      return bundle === null ? location : { ...location, bundle };
    }
    case "file": {
      const path = isDirectory ? below(files, from, location.path) : sameName(location.path, from);
      return path === null ? location : { ...location, path };
    }
    case "cache":
    case "server":
      return location;
    default:
      return assertNever(location);
  }
}

function sameName(path: string, from: string): string | null {
  return basename(path) === basename(from) ? from : null;
}

/** The longest end of the old path wins: two files of one name may lie on a medium. */
function below(files: Files, directory: string, path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "");
  const found = parts
    .map((_, index) => join(directory, ...parts.slice(index)))
    .find((candidate) => kindOf(files, candidate) === "file");
  return found ?? null;
}

function kindOf(files: Files, path: string) {
  return unlessRefused(() => files.status(files.realPath(path))?.kind ?? null, null);
}
