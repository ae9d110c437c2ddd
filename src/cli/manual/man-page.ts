import { environmentVariables } from "./environment-variables.ts";
import { allCommands, type DescribedCommand, type DescribedOption } from "./described.ts";
import { examplesOf } from "./examples.ts";
import { exitStatuses } from "./exit-statuses.ts";

/** The manual page, section 1, in the macros of man(7). */
export function manPage(root: DescribedCommand, names: readonly string[], version: string): string {
  const [name = ""] = names;
  return [
    `.\\" Made by "${name} man".`,
    `.TH ${name.toUpperCase()} 1 "" ${argument(`${name} ${version}`)} "User Commands"`,
    // No hyphenation, and a ragged right margin: a name is never broken.
    ".nh",
    ".ad l",
    ".SH NAME",
    `${names.map(text).join(", ")} \\- update a whole System over the air`,
    ".SH SYNOPSIS",
    `.B ${text(name)}`,
    text(root.usage),
    ".SH DESCRIPTION",
    text(root.summary),
    ".PP",
    text(
      "No command ever asks a question. Results go to standard output, everything else to standard error.",
    ),
    ".SH COMMANDS",
    ...allCommands(root)
      .filter(({ commands }) => commands.length === 0)
      .flatMap((command) => commandText(name, command)),
    ".SH OPTIONS",
    "Every command takes these.",
    ...root.options.flatMap(optionText),
    ".SH EXIT STATUS",
    ...Object.entries(exitStatuses).flatMap(([status, meaning]) => tagged(status, meaning)),
    ".SH ENVIRONMENT",
    ...environmentVariables.flatMap(([variable, meaning]) => tagged(variable, meaning)),
    ".SH EXAMPLES",
    ...exampleText([]),
    ".SH SEE ALSO",
    text(`Each command with "--help"; mender-artifact(1), systemd(1).`),
    "",
  ].join("\n");
}

function commandText(name: string, command: DescribedCommand): readonly string[] {
  return [
    `.SS ${argument(`${name} ${command.words.join(" ")} ${command.usage}`)}`,
    text(sentence(command.summary)),
    ...command.arguments.flatMap(({ term, description }) => tagged(term, description)),
    ...command.options.filter(({ names }) => !names.includes("--help")).flatMap(optionText),
    ...exampleText(command.words),
  ];
}

function optionText({ flags, description }: DescribedOption): readonly string[] {
  return tagged(flags, description);
}

function exampleText(words: readonly string[]): readonly string[] {
  return examplesOf(words).flatMap(({ line, does }) => [
    ".PP",
    text(`${sentence(does).slice(0, -1)}:`),
    ".PP",
    ".RS 4",
    ".nf",
    text(line),
    ".fi",
    ".RE",
  ]);
}

function tagged(term: string, description: string): readonly string[] {
  return [".TP", `.B ${argument(term)}`, text(description)];
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** A line of text: nothing in it is a request, and a hyphen is one that can be searched for and pasted. */
function text(line: string): string {
  const escaped = line
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll("^", String.raw`\(ha`)
    .replaceAll("~", String.raw`\(ti`)
    .replaceAll("`", String.raw`\(ga`);
  return escaped.startsWith(".") ? String.raw`\&${escaped}` : escaped;
}

/** An argument of a request, which quotes hold together. */
function argument(line: string): string {
  return `"${text(line).replaceAll('"', String.raw`\(dq`)}"`;
}
