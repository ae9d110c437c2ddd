import { assertNever } from "../../core/assert-never.ts";
import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { datastoreOf } from "../../install/machine.ts";
import { listHistory } from "../../journal/history.ts";
import { bashCompletion } from "../manual/bash.ts";
import type { DescribedCommand } from "../manual/described.ts";
import { fishCompletion } from "../manual/fish.ts";
import { programNames } from "../manual/program-names.ts";
import { zshCompletion } from "../manual/zsh.ts";
import { answer } from "../output/output.ts";
import type { CompletionKind } from "./completion-kinds.ts";
import type { Context } from "./context.ts";

/** The script for a shell, made of all that the command line takes; or the values that such a script asks for. */
// oxlint-disable-next-line require-await
export async function completion(
  context: Context,
  root: DescribedCommand,
  kind: CompletionKind,
): Promise<ExitCode> {
  const lines = linesOf(context, root, kind);
  answer(
    context.output,
    () => lines,
    () => ({ type: "completion", for: kind, lines }),
  );
  return exitCode.done;
}

function linesOf(
  context: Context,
  root: DescribedCommand,
  kind: CompletionKind,
): readonly string[] {
  switch (kind) {
    case "bash":
      return bashCompletion(root, programNames).trimEnd().split("\n");
    case "zsh":
      return zshCompletion(root, programNames).trimEnd().split("\n");
    case "fish":
      return fishCompletion(root, programNames).trimEnd().split("\n");
    case "deployments":
      return listHistory(context.platform.files, datastoreOf(context)).map(({ id }) => id);
    default:
      return assertNever(kind);
  }
}
