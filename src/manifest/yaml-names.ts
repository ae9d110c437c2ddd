import { hiddenCharacters, oddBlanks } from "../core/hidden-characters.ts";
import type { Problem } from "../core/problem.ts";
import { invisible } from "./invisible.ts";
import { lookAlikes } from "./look-alikes.ts";
import { lineAt, placeAt, type Source } from "./source.ts";
import { entriesOf, type YamlNode, type YamlText } from "./yaml-node.ts";

/**
 * Characters that do not show, in any key and value, and keys of one map that look the same. Arguments of Interfaces
 * are nobody's names: they are passed on as they are.
 */
export function nameProblems(source: Source, node: YamlNode): readonly Problem[] {
  if (node.kind === "text") return hiddenIn(source, node);
  if (node.kind === "list") return node.items.flatMap((item) => nameProblems(source, item));
  const entries = entriesOf(node);
  const keys = entries.map(({ key }) => ({ name: key.text, at: placeAt(source, key.start) }));
  return [
    ...lookAlikes("keys of one map", keys).problems,
    ...entries.flatMap(({ key, value }) => [
      ...hiddenIn(source, key),
      ...(isArguments(key) ? [] : nameProblems(source, value)),
    ]),
  ];
}

/** Today's field, and that of the first Manifests. */
function isArguments({ text }: YamlText): boolean {
  return text === "interface_args" || text === "args";
}

/** One problem for each line and character. */
function hiddenIn(source: Source, node: YamlText): readonly Problem[] {
  const isBlock = node.style === "literal" || node.style === "folded";
  // Tables are padded with blanks; what is between the bars is looked at where they are read.
  const hiddenOf = (text: string) =>
    isBlock ? hiddenCharacters(text) : [...hiddenCharacters(text), ...oddBlanks(text)];
  const [first] = hiddenOf(node.text);
  if (first === undefined) return [];
  // Behind the head of a block scalar a comment may stand.
  const head = isBlock ? source.text.indexOf("\n", node.start) : node.start;
  const written = hiddenOf(source.text.slice(head, node.end)).toReversed();
  // Written as an escape.
  if (written.length === 0) return [invisible(placeAt(source, node.start), first.shown, node.text)];
  const told = new Map(
    written.map(({ at, shown }) => {
      const offset = head + at;
      return [`${lineAt(source, offset)} ${shown}`, { offset, shown }] as const;
    }),
  );
  return [...told.values()].map(({ offset, shown }) =>
    invisible(placeAt(source, offset), shown, isBlock ? cellAt(source, offset) : node.text),
  );
}

/** What stands between the bars of the line. */
function cellAt({ text }: Source, offset: number): string {
  const before = /[^|\n]*$/.exec(text.slice(0, offset))?.[0] ?? "";
  const behind = /^[^|\n]*/.exec(text.slice(offset))?.[0] ?? "";
  return `${before}${behind}`.trim();
}
