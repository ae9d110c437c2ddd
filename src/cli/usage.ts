import type { ProblemCode } from "../core/problem-codes.ts";
import type { Problem } from "../core/problem.ts";
import { suggestion } from "../core/nearest.ts";
import { counted, listed } from "../report/words.ts";

interface Pattern {
  readonly code: ProblemCode;
  /** What commander says, without `error: `; the groups are the values and the suggestion. */
  readonly pattern: RegExp;
  readonly message: (value: string, more: string) => string;
  readonly hint: string;
}

const patterns: readonly Pattern[] = [
  {
    code: "unknown-command",
    pattern: /^unknown command '(.*?)'(?:\n\(Did you mean (?:one of )?(.*)\?\))?$/s,
    message: (value) => `There is no command "${value}".`,
    hint: `"orchestrator --help" lists the commands.`,
  },
  {
    code: "unknown-option",
    pattern: /^unknown option '(.*?)'(?:\n\(Did you mean (?:one of )?(.*)\?\))?$/s,
    message: (value) => `There is no option "${value}" here.`,
    hint: `"--help" behind the command lists its options.`,
  },
  {
    code: "missing-argument",
    pattern: /^missing required argument '(.*)'$/s,
    message: (value) => `The argument <${value}> is missing.`,
    hint: `"--help" behind the command shows what it takes.`,
  },
  {
    code: "missing-argument",
    pattern: /^option '(.*)' argument missing$/s,
    message: (value) => `The option "${value}" needs a value.`,
    hint: `"--help" behind the command shows what it takes.`,
  },
  {
    code: "missing-argument",
    pattern: /^required option '(.*)' not specified$/s,
    message: (value) => `The option "${value}" is missing.`,
    hint: `"--help" behind the command shows what it takes.`,
  },
  {
    code: "invalid-argument",
    pattern: /^option '(.*?)' cannot be used with option '(.*)'$/s,
    message: (value, other) => `The options "${value}" and "${other}" exclude each other.`,
    hint: "Leave one of them out.",
  },
];

/** The command that was called, and what it was given beside options. */
export interface Called {
  /** `cache clean` */
  readonly command: string;
  readonly given: readonly string[];
}

/** What the command line's parser found wrong, told as a Problem; it knows the nearest name itself. */
export function usageProblem(said: string, called: Called): Problem {
  const text = said.replace(/^error: /, "").trim();
  const most = /^too many arguments.*\. Expected (\d+) /s.exec(text)?.[1];
  if (most !== undefined) return tooMany(Number(most), called);
  const invalid = invalidValue(text);
  if (invalid !== null) return invalid;
  for (const { code, pattern, message, hint } of patterns) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [, value = "", more = ""] = match;
    const isUnknown = code === "unknown-command" || code === "unknown-option";
    const nearest = isUnknown && more !== "" ? `Did you mean "${more}"?` : null;
    return { code, message: message(value, more), hint: nearest ?? hint };
  }
  return {
    code: "invalid-argument",
    message: `The command line cannot be read: ${text}`,
    hint: `"orchestrator --help" shows how to call it.`,
  };
}

/** A value that an option or an argument does not take, beside what it takes instead. Null: it is something else. */
function invalidValue(text: string): Problem | null {
  const said =
    /^option '(?<taker>.*?)' argument '(?<given>.*)' is invalid\. (?<why>.*)$/s.exec(text) ??
    /^command-argument value '(?<given>.*?)' is invalid for argument '(?<taker>.*)'\. (?<why>.*)$/s.exec(
      text,
    );
  const { taker = "", given = "", why = "" } = said?.groups ?? {};
  if (said === null) return null;
  const kind = taker.startsWith("-") ? `option "${taker}"` : `argument <${taker}>`;
  const choices = /^Allowed choices are (.*)\.$/s.exec(why)?.[1]?.split(", ");
  const message = `The ${kind} does not take "${given}"`;
  return {
    code: "invalid-argument",
    message: choices === undefined ? `${message}: ${lowerFirst(why)}` : `${message}.`,
    ...(choices === undefined ? {} : { expected: `one of ${choices.join(", ")}` }),
    got: given === "" ? '""' : given,
    hint:
      choices === undefined
        ? `"--help" behind the command shows what it takes.`
        : suggestion(given, choices),
  };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function tooMany(most: number, { command, given }: Called): Problem {
  const code = "unexpected-argument";
  if (most > 0) {
    return {
      code,
      message: `Too many arguments for "${command}": expected ${counted(most, "argument")} but got ${given.length}.`,
      hint: "Quote an argument that holds blanks.",
    };
  }
  return {
    code,
    message: `"${command}" takes no argument.`,
    expected: "options only",
    got: listed(given.map((one) => `"${one}"`)),
    hint: `Leave it out; "orchestrator ${command} --help" lists the options.`,
  };
}

/** `group`: the command that only has commands below it; none: it is the program. */
export function missingCommand(group: string, commands: readonly string[]): Problem {
  if (group !== "") {
    return {
      code: "missing-command",
      message: `No command of "${group}" was given.`,
      expected: `one of ${commands.join(", ")}`,
      hint: `"orchestrator ${group} --help" tells what they do.`,
    };
  }
  return {
    code: "missing-command",
    message: "No command was given.",
    hint: `"orchestrator --help" lists the commands; "orchestrator demo" shows a whole update.`,
  };
}
