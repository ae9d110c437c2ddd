import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { programVersion } from "../../core/program-version.ts";
import { answer } from "../output/output.ts";
import type { Context } from "./context.ts";

// oxlint-disable-next-line require-await
export async function version({ output }: Context): Promise<ExitCode> {
  answer(
    output,
    () => [programVersion],
    () => ({ type: "version", version: programVersion }),
  );
  return exitCode.done;
}
