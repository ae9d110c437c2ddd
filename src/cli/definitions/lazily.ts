import type { ExitCode } from "../../core/exit-code.ts";
import type { Context } from "../commands/context.ts";

/** A command's work: its arguments and its own options come as the command line's parser gives them. */
export type Work<Given extends readonly unknown[]> = (
  context: Context,
  ...given: Given
) => Promise<ExitCode>;

/** Turns a command's work into what the parser calls. */
export type Lazily = <Given extends readonly unknown[]>(
  work: Work<Given>,
) => (...given: Given) => Promise<void>;
