import { type Command, Help, type Option } from "commander";
import { charactersOf } from "../../report/columns.ts";
import { wrapped } from "../../report/wrapped.ts";
import { examplesOf } from "./examples.ts";
import { exitStatuses } from "./exit-statuses.ts";

/** How the parser shows help: wrapped, with an example, and, of the whole program, with the exit statuses. */
export const helpForm = {
  showGlobalOptions: true,
  minWidthToWrap: 1,
  formatHelp: helpText,
  formatItem,
  optionDescription,
} as const;

function helpText(command: Command, help: Help): string {
  const words = wordsOf(command);
  const width = widthOf(help);
  const text = [
    Help.prototype.formatHelp.call(help, command, help),
    ...examplesText(words, help),
    ...(words.length === 0 ? exitStatusText(help) : []),
  ].join("\n");
  return text
    .split("\n")
    .flatMap((line) => wrapped(line, width, charactersOf))
    .join("\n");
}

function widthOf({ helpWidth }: Help): number {
  return helpWidth ?? 80;
}

/** `["cache", "clean"]` */
export function wordsOf(command: Command): readonly string[] {
  const { parent } = command;
  return parent === null ? [] : [...wordsOf(parent), command.name()];
}

/** Two columns; where the second one would be narrow, what belongs there is on lines of its own. */
function formatItem(term: string, termWidth: number, description: string, help: Help): string {
  const width = widthOf(help);
  if (width - termWidth - 4 >= 30) {
    return Help.prototype.formatItem.call(help, term, termWidth, description, help);
  }
  return [`  ${term}`, ...below(description, help)].join("\n");
}

function below(description: string, help: Help): readonly string[] {
  const width = widthOf(help);
  const indent = width < 40 ? 4 : 6;
  const lines = help.boxWrap(description, width - indent).split("\n");
  return lines.map((line) => " ".repeat(indent) + line);
}

function optionDescription({
  description,
  argChoices = [],
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const initial: unknown = defaultValueDescription ?? defaultValue;
  const isTold = typeof initial === "number" || (typeof initial === "string" && initial !== "none");
  const more = [
    ...(argChoices.length === 0 ? [] : [argChoices.join(", ")]),
    ...(isTold ? [`default: ${initial}`] : []),
  ];
  return more.length === 0 ? description : `${description} (${more.join("; ")})`;
}

function examplesText(words: readonly string[], help: Help): readonly string[] {
  const found = examplesOf(words);
  if (found.length === 0) return [];
  const width = widthOf(help);
  const items = found.flatMap(({ line, does }) => [
    // A shell takes it as it stands.
    ...wrapped(`  ${line}`, width, charactersOf, " \\"),
    ...below(does, help),
  ]);
  return [found.length === 1 ? "Example:" : "Examples:", ...items, ""];
}

function exitStatusText(help: Help): readonly string[] {
  const rows = Object.entries(exitStatuses);
  return [
    "Exit status:",
    ...rows.map(([status, meaning]) => help.formatItem(status, 2, meaning, help)),
    "",
  ];
}
