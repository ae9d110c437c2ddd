import { join } from "node:path";
import { fail, ok, type Result } from "../core/result.ts";
import {
  type Configuration,
  type ConfigurationShape,
  readConfiguration,
} from "../manifest/configuration.ts";
import { entryOf } from "../manifest/yaml-node.ts";
import { placeAt } from "../manifest/source.ts";
import type { Context } from "./context.ts";
import { readText } from "./input-files.ts";

/** The name of the configuration, in both of the directories where it may lie. */
const fileName = "mender-orchestrator.conf";

/** The configuration files that there are, the one that wins first. */
export type ConfigurationFiles = readonly Configuration[];

/** Reads both; the problems of both at once. */
export function readConfigurationFiles({
  platform,
  environment,
}: Context): Result<ConfigurationFiles> {
  const { confDir, datastoreDir, workingDirectory } = environment;
  const read = [confDir.value, datastoreDir.value]
    .map((directory) => join(directory, fileName))
    .filter((path) => platform.files.status(path) !== null)
    .map((path) => {
      const file = readText(platform.files, workingDirectory, path);
      return file.ok ? readConfiguration(file.value) : file;
    });
  const problems = read.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(read.flatMap((result) => (result.ok ? [result.value] : [])));
}

/** A value and the file and line that it stands in. */
export interface Configured<T> {
  readonly value: T;
  readonly source: string;
}

/** A setting wins as a whole, from the first file that has it; null where none does. */
export function configured<Name extends keyof ConfigurationShape>(
  files: ConfigurationFiles,
  name: Name,
): Configured<NonNullable<ConfigurationShape[Name]>> | null {
  for (const { settings, document } of files) {
    const value = settings[name];
    if (value === undefined || value === null) continue;
    const { source, root } = document;
    const place = placeAt(source, entryOf(root, name)?.key.start ?? 0);
    return { value, source: `${place.file}:${place.line ?? 1}` };
  }
  return null;
}
