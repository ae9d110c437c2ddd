import { join } from "node:path";
import { fail, ok, type Result } from "../core/result.ts";
import { type Configuration, readConfiguration } from "../manifest/configuration.ts";
import type { Environment } from "./environment.ts";
import { readText } from "./input-files.ts";
import type { Machine } from "./machine.ts";

/** The name of the configuration, in both of the directories where it may lie. */
const fileName = "mender-orchestrator.conf";

/** Where configuration files may lie, the one that wins first. */
export function configurationPaths({ confDir, datastoreDir }: Environment): readonly string[] {
  return [confDir.value, datastoreDir.value].map((directory) => join(directory, fileName));
}

/** The configuration files that there are, the one that wins first; the problems of both at once. */
export function readConfigurationFiles({
  platform,
  environment,
}: Machine): Result<readonly Configuration[]> {
  const { workingDirectory } = environment;
  const read = configurationPaths(environment)
    .filter((path) => platform.files.status(path) !== null)
    .map((path) => {
      const file = readText(platform.files, workingDirectory, path);
      return file.ok ? readConfiguration(file.value) : file;
    });
  const problems = read.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(read.flatMap((result) => (result.ok ? [result.value] : [])));
}
