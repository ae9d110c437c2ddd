import { type ExitCode, exitCode } from "../../core/exit-code.ts";
import { programVersion } from "../../core/program-version.ts";
import type { DescribedCommand } from "../manual/described.ts";
import { manPage } from "../manual/man-page.ts";
import { programNames } from "../manual/program-names.ts";
import { answer } from "../output/output.ts";
import type { Context } from "./context.ts";

/** The manual page in roff. */
// oxlint-disable-next-line require-await
export async function man({ output }: Context, root: DescribedCommand): Promise<ExitCode> {
  const lines = manPage(root, programNames, programVersion).trimEnd().split("\n");
  answer(
    output,
    () => lines,
    () => ({ type: "man", lines }),
  );
  return exitCode.done;
}
