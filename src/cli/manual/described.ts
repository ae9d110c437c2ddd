import type { Argument, Command, Option } from "commander";

/** What a value on the command line may be, as far as a shell can offer some. */
export type Values =
  | { readonly kind: "choices"; readonly names: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "directories" }
  | { readonly kind: "deployments" }
  | { readonly kind: "commands" }
  | { readonly kind: "text" };

export interface DescribedArgument {
  /** As it is written in a usage line: `<file>`, `[id]`, `<files...>`. */
  readonly term: string;
  readonly name: string;
  readonly description: string;
  readonly values: Values;
  readonly isMany: boolean;
}

export interface DescribedOption {
  /** As it is written in help: `-o, --output <file>`. */
  readonly flags: string;
  /** `-o` and `--output`, or one of them. */
  readonly names: readonly string[];
  readonly summary: string;
  /** The summary with choices and default. */
  readonly description: string;
  /** What `<...>` holds; null where it takes no value. */
  readonly value: { readonly name: string; readonly values: Values } | null;
  readonly isRepeatable: boolean;
}

/** A command as help, manual page and completions show it. */
export interface DescribedCommand {
  /** The words that call it, behind the program's name; none for the program itself. */
  readonly words: readonly string[];
  readonly summary: string;
  /** What follows the words: `[options] <file>`. */
  readonly usage: string;
  readonly arguments: readonly DescribedArgument[];
  /** Its own; those of the program are taken by every command. */
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

/** What the command line's parser was told of a command and of all below it. */
export function described(command: Command, words: readonly string[] = []): DescribedCommand {
  const help = command.createHelp();
  return {
    words,
    summary: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map(describedArgument),
    options: help
      .visibleOptions(command)
      .map((option) => describedOption(option, help.optionDescription(option))),
    commands: command.commands.map((one) => described(one, [...words, one.name()])),
  };
}

/** It and all below it, in the order of help. */
export function allCommands(command: DescribedCommand): readonly DescribedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** The command that these words call, and how many of them it took. */
export function commandAt(
  root: DescribedCommand,
  words: readonly string[],
): { readonly command: DescribedCommand; readonly taken: number } {
  let command = root;
  let taken = 0;
  for (const word of words) {
    const next = command.commands.find((one) => one.words.at(-1) === word);
    if (next === undefined) break;
    command = next;
    taken += 1;
  }
  return { command, taken };
}

function describedArgument(argument: Argument): DescribedArgument {
  const name = argument.name();
  const many = argument.variadic ? "..." : "";
  return {
    term: argument.required ? `<${name}${many}>` : `[${name}${many}]`,
    name,
    description: argument.description,
    values: valuesOf(name, argument.argChoices),
    isMany: argument.variadic,
  };
}

function describedOption(option: Option, description: string): DescribedOption {
  const name = /<(.*)>/.exec(option.flags)?.[1];
  return {
    flags: option.flags,
    names: [option.short, option.long].filter((one) => typeof one === "string"),
    summary: option.description,
    description,
    value: name === undefined ? null : { name, values: valuesOf(name, option.argChoices) },
    isRepeatable: option.variadic || Array.isArray(option.defaultValue),
  };
}

/** What the names between `<` and `>` stand for, in every command alike. */
const valuesByName: Readonly<Record<string, Values>> = {
  file: { kind: "files" },
  files: { kind: "files" },
  old: { kind: "files" },
  path: { kind: "files" },
  executable: { kind: "files" },
  dir: { kind: "directories" },
  id: { kind: "deployments" },
  command: { kind: "commands" },
};

function valuesOf(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: "choices", names: choices };
  return valuesByName[name] ?? { kind: "text" };
}
