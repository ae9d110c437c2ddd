import { type Command, Help, type Option } from "commander";
import { examplesOf } from "./examples.ts";
import { exitStatuses } from "./exit-statuses.ts";

/** How the parser shows help: wrapped, with an example, and, of the whole program, with the exit statuses. */
export const helpForm = {
  showGlobalOptions: true,
  minWidthToWrap: 20,
  formatHelp: helpText,
  formatItem,
  optionDescription,
} as const;

function helpText(command: Command, help: Help): string {
  const words = wordsOf(command);
  return [
    Help.prototype.formatHelp.call(help, command, help),
    ...examplesText(words, help),
    ...(words.length === 0 ? exitStatusText(help) : []),
  ].join("\n");
}

function wordsOf(command: Command): readonly string[] {
  const { parent } = command;
  return parent === null ? [] : [...wordsOf(parent), command.name()];
}

/** Two columns; where the second one would be narrow, what belongs there is on lines of its own. */
function formatItem(term: string, termWidth: number, description: string, help: Help): string {
  const width = help.helpWidth ?? 80;
  if (width - termWidth - 4 >= 30) {
    return Help.prototype.formatItem.call(help, term, termWidth, description, help);
  }
  const below = help.boxWrap(description, Math.max(width - 6, help.minWidthToWrap));
  return [`  ${term}`, ...below.split("\n").map((line) => `      ${line}`)].join("\n");
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
  const items = found.flatMap(({ line, does }) => [
    `  ${line}`,
    help.formatItem("  ", 2, does, help),
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
