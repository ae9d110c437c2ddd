import { Option } from "commander";
import { pictureFormats } from "../../pictures/picture-formats.ts";

/** Of the commands that plan: a file tells where the System is. */
export const stateOption = [
  "--state <file>",
  "the current state, in place of this System's own and of its own rules",
] as const;

/** The same, several times. */
export function statesOption(): Option {
  const [flags, description] = stateOption;
  return new Option(flags, `${description}; with --diff it may be given again`)
    .default([], "none")
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}

export const allowUnsignedOption = [
  "--allow-unsigned-manifest",
  "take a Manifest that is not signed although keys are configured",
  false,
] as const;

export const outOption = ["--out <file>", "write it to a file; - is stdout"] as const;

/** How an answer is written. `more`: what else the command knows. */
export function formatOption(...more: readonly string[]): Option {
  return new Option("--format <format>", "how it is written")
    .choices(["text", "json", ...more, ...pictureFormats])
    .default("text");
}
