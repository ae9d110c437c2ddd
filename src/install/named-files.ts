import { dirname, join, resolve } from "node:path";
import { wantedArtifacts } from "../manifest/available-artifacts.ts";
import { readManifest } from "../manifest/read-manifest.ts";
import { maxFileBytes } from "../manifest/source.ts";
import { unlessRefused } from "../platform/types.ts";
import { maxEntries } from "./input-directory.ts";
import { saysManifest } from "./input-kind.ts";
import type { Machine } from "./machine.ts";

/**
 * The files of the Artifacts that a Manifest names, or one at the top of a directory; none for whatever else is given.
 * A pipe is not looked into: what is read of it is gone. Paths are absolute.
 */
export function artifactFilesOf(machine: Machine, given: string): readonly string[] {
  const { files } = machine.platform;
  const pathOf = (name: string) => resolve(machine.environment.workingDirectory, name);
  const kindOf = (name: string) => files.status(files.realPath(pathOf(name)))?.kind;
  const inManifest = (name: string): readonly string[] => {
    if (kindOf(name) !== "file") return [];
    const bytes = files.read(pathOf(name), maxFileBytes);
    const read = saysManifest(bytes) ? readManifest({ name, bytes }) : null;
    if (read === null || !read.ok) return [];
    const paths = wantedArtifacts(read.value.manifest).map(({ reference }) => reference.path);
    return paths.flatMap((path) => (path === null ? [] : [resolve(pathOf(dirname(name)), path)]));
  };
  const inOne = (name: string) => unlessRefused(() => inManifest(name), []);
  return unlessRefused(() => {
    if (kindOf(given) !== "directory") return inOne(given);
    const names = files.list(pathOf(given));
    return names.length > maxEntries ? [] : names.flatMap((name) => inOne(join(given, name)));
  }, []);
}
