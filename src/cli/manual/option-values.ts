import { assertNever } from "../../core/assert-never.ts";
import { allCommands, type DescribedCommand, type Values } from "./described.ts";

/** A place on the command line that takes a value. */
export interface ValuePlace {
  /** The command's words with blanks between them; null: any command. */
  readonly command: string | null;
  readonly values: Values;
}

/** Each option that takes a value. The program's own ones are taken behind every command. */
export function optionPlaces(
  root: DescribedCommand,
): readonly (ValuePlace & { readonly names: readonly string[] })[] {
  return allCommands(root).flatMap((command) =>
    command.options.flatMap(({ names, value }) => {
      if (value === null) return [];
      const place = command.words.length === 0 ? null : command.words.join(" ");
      return [{ command: place, names, values: value.values }];
    }),
  );
}

/** Each argument of each command; `at` counts from 0, and the last one may be for all that follow. */
export function argumentPlaces(
  root: DescribedCommand,
): readonly (ValuePlace & { readonly at: number; readonly isMany: boolean })[] {
  return allCommands(root).flatMap((command) =>
    command.arguments.map(({ values, isMany }, at) => ({
      command: command.words.join(" "),
      at,
      isMany,
      values,
    })),
  );
}

/** The names that are offered, where they are known when the script is made; null: the shell finds them. */
export function fixedNames(root: DescribedCommand, values: Values): readonly string[] | null {
  switch (values.kind) {
    case "choices":
      return values.names;
    case "commands":
      return root.commands.flatMap(({ words }) => words);
    case "text":
      return [];
    case "files":
    case "directories":
    case "deployments":
      return null;
    default:
      return assertNever(values);
  }
}
