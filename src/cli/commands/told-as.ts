import type { ExitCode } from "../../core/exit-code.ts";
import type { Problem } from "../../core/problem.ts";
import type { Picture } from "../../pictures/picture.ts";
import type { PictureFormat } from "../../pictures/picture-formats.ts";
import { jsonText } from "../../report/json-text.ts";
import { type Canvas, plainStyle, type Style } from "../../report/style.ts";
import { overInput, writeTextOutput } from "../output/output-file.ts";
import { laidOut } from "../output/laid-out.ts";
import { failed, onTerminal, writeLines } from "../output/output.ts";
import type { Context } from "./context.ts";

/** How an answer is told, and where. */
export interface ToldAs {
  readonly format: "text" | "json" | PictureFormat;
  readonly out?: string;
}

/** The file of `--out`; undefined: stdout, for which `-` stands as well. */
export function outFile({ out }: { readonly out?: string | undefined }): string | undefined {
  return out === "-" ? undefined : out;
}

/** The forms of an answer, each made where it is asked for. */
export interface Forms {
  readonly text: (style: Style, canvas: Canvas) => readonly string[];
  readonly json: () => unknown;
  readonly picture: () => Promise<Picture>;
}

/**
 * What is wrong with `--format` and `--out`, before anything is done. Null: nothing. `inputs`: the files that are read.
 */
export function formatProblem(
  context: Context,
  { format, ...more }: { readonly format: string; readonly out?: string },
  inputs: readonly (string | undefined)[],
): Problem | null {
  const out = outFile(more);
  if (context.output.json && format !== "text" && format !== "json") {
    return {
      code: "invalid-argument",
      message: `"--json" and "--format ${format}" ask for two forms of the same answer.`,
      expected: "one of them",
      got: "both",
      hint: `Leave out "--json", or "--format ${format}".`,
    };
  }
  if (out === undefined) return null;
  return overInput(
    context,
    out,
    inputs.filter((input) => input !== undefined),
  );
}

/** That no picture is drawn of this. Null: none was asked for. */
export function pictureProblem({ format }: ToldAs, what: string): Problem | null {
  if (format === "text" || format === "json") return null;
  return {
    code: "invalid-argument",
    message: `There is no "--format ${format}" ${what}.`,
    expected: "text or json",
    got: format,
    hint: "Leave --format out, or plan for one System and one release.",
  };
}

/** Writes the answer to stdout, or to the file of `--out`. */
export async function tellAs(
  context: Context,
  { format, ...more }: ToldAs,
  forms: Forms,
  exit: ExitCode,
): Promise<ExitCode> {
  const { output } = context;
  const lines = async (style: Style, canvas: Canvas): Promise<readonly string[]> => {
    if (output.json || format === "json") return [jsonText(forms.json())];
    if (format === "text") {
      const text = await laidOut(style, (measured) => forms.text(measured, canvas));
      return fitted(context, more, text, style);
    }
    const { pictureLines } = await import("../../pictures/render.ts");
    return await pictureLines(await forms.picture(), format);
  };
  return await tellLines(context, more, lines, exit);
}

/** Text no wider than the terminal that it goes to; a file has no width of its own. */
export function fitted(
  { output }: Context,
  options: Pick<ToldAs, "out">,
  text: readonly string[],
  style: Style,
): readonly string[] {
  return outFile(options) === undefined ? onTerminal(text, output.results, style) : text;
}

/** Writes lines there, which are made for where they go. */
export async function tellLines(
  context: Context,
  options: Pick<ToldAs, "out">,
  lines: (style: Style, canvas: Canvas) => Promise<readonly string[]>,
  exit: ExitCode,
): Promise<ExitCode> {
  const { output } = context;
  const out = outFile(options);
  if (out === undefined) {
    writeLines(output.results, await lines(output.resultStyle, output.resultCanvas));
    return exit;
  }
  // A file has no width of its own.
  const written = await writeTextOutput(
    context,
    out,
    await lines(plainStyle, { ...output.resultCanvas, width: 80 }),
  );
  return written.ok ? exit : failed(output, written.problems);
}
