import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { topologyOf } from "../../install/device-files.ts";
import { readGuardedSettings } from "../../install/permissions.ts";
import { survey, type Surveyed } from "../../install/survey.ts";
import { readStateFile } from "../../manifest/state-file.ts";
import { keyValueLines, keyValuesJson, toldProvides } from "../../report/key-values.ts";
import { stateFileLines } from "../../report/state-file-text.ts";
import { counted } from "../../report/words.ts";
import { overInput, writeTextOutput } from "../output/output-file.ts";
import { answer, failed } from "../output/output.ts";
import type { Context } from "./context.ts";

export interface ShowProvidesOptions {
  /** Gets a state file of it, in place of stdout. */
  readonly stateFile?: string;
}

/** What every Component of this System provides. */
export async function showProvides(
  context: Context,
  { stateFile }: ShowProvidesOptions,
): Promise<ExitCode> {
  const { output } = context;
  const lost = stateFile === undefined ? null : overInput(context, stateFile, []);
  if (lost !== null) return failed(output, [lost]);
  const settings = readGuardedSettings(context);
  if (!settings.ok) return failed(output, settings.problems);
  const topology = topologyOf(context, settings.value);
  if (!topology.ok) return failed(output, topology.problems);
  const surveyed = await survey(context, settings.value, topology.value, null);
  if (!surveyed.ok) return failed(output, surveyed.problems);
  if (stateFile !== undefined)
    return await writeState(context, surveyed.value.components, stateFile);
  const told = surveyed.value.components.map(({ id, entry, provides }) =>
    toldProvides({ id, type: entry.componentType, provides }),
  );
  answer(
    output,
    () => keyValueLines(told),
    () => ({ type: "provides", components: keyValuesJson(told) }),
  );
  return exitCode.done;
}

/** Writes only what is read as it was told: `plan --state` must not begin from another state. */
async function writeState(
  context: Context,
  components: readonly Surveyed[],
  name: string,
): Promise<ExitCode> {
  const { output } = context;
  const lines = stateFileLines(
    components.map(({ id, entry, provides }) => ({
      id,
      type: entry.componentType,
      interface: entry.interface,
      provides,
      facts: entry.facts,
    })),
  );
  const read = readStateFile({ name, bytes: Buffer.from(`${lines.join("\n")}\n`) });
  if (!read.ok) return failed(output, read.problems);
  const written = await writeTextOutput(context, name, lines);
  if (!written.ok) return failed(output, written.problems);
  answer(
    output,
    () => [`${name}: the state of ${counted(components.length, "Component")}`],
    () => ({ type: "state-file", file: name, components: components.map(({ id }) => id) }),
  );
  return exitCode.done;
}
