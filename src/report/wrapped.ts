import type { WidthOf } from "./columns.ts";

/**
 * A line as several that are no wider than `width`, broken between words, what follows further in; a word that is wider
 * stands on a line of its own. `mark`: ends each line that another one goes on with.
 */
export function wrapped(
  line: string,
  width: number,
  widthOf: WidthOf,
  mark = "",
): readonly string[] {
  const shown = (text: string) => widthOf(withoutColours(text));
  if (shown(line) <= width) return [line];
  const indent = line.length - line.trimStart().length;
  const [first = "", ...rest] = line.trim().split(" ");
  const lines: string[] = [];
  let last = " ".repeat(indent) + first;
  for (const word of rest) {
    const longer = `${last} ${word}`;
    if (shown(word) === 0 || shown(longer) + shown(mark) <= width) {
      last = longer;
      continue;
    }
    lines.push(`${withoutGap(last)}${mark}`);
    last = " ".repeat(indent + 2) + word;
  }
  return [...lines, withoutGap(last)];
}

/** The colour of a cell may end behind the blanks that fill its column. */
function withoutGap(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/(?: |\u001b\[[0-9;]*m)+$/, (end) => end.replaceAll(" ", ""));
}

function withoutColours(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}
