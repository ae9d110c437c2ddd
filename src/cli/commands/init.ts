import { resolve } from "node:path";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { jsonText } from "../../report/json-text.ts";
import { writeStarter } from "../demo/starter.ts";
import { failed, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";
import type { Starter } from "./starters.ts";

export interface InitOptions {
  readonly example: Starter;
}

/** Writes a System to start from into a directory that is absent or empty. */
export async function init(
  context: Context,
  given: string,
  { example }: InitOptions,
): Promise<ExitCode> {
  const { environment, output } = context;
  const directory = resolve(environment.workingDirectory, given);
  const written = await writeStarter(context, example, directory);
  if (!written.ok) return failed(output, written.problems);
  writeLines(
    output.results,
    output.json
      ? [jsonText({ type: "init", directory, example })]
      : [
          `The System "${example}" is in "${directory}":`,
          "  topology.yaml      which Components there are, and by which Interface each is updated",
          "  manifest.yaml      a release: what each shall run, and the two tables of what works",
          "  make-artifacts.sh  makes its Artifacts, with mender-artifact",
          "  interfaces/        the Interfaces, and their library",
          "  boards.txt         the boards, files all of them, as try.sh begins with them",
          "  try.sh             makes, checks, plans and installs all of it",
          "  env.sh             for a shell whose commands shall be about this System",
          `Next: cd '${given}' && ./try.sh; then change something, and try again.`,
        ],
  );
  return exitCode.done;
}
