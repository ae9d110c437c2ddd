import { once } from "./once.ts";

/**
 * What leaves no trace where a name is read: two names that differ in nothing else look the same, and a rule that
 * holds one of them is lost on the other. Formats, variation selectors, private-use and unassigned characters, what
 * Unicode lets a screen ignore, and separators of lines. What is assigned is as the Unicode of this Node.js has it.
 */
const hidden = once(
  () =>
    /[\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/gu,
);

/** Blanks that look like the plain one, or like nothing. */
const oddBlank = once(() => /(?! )[\p{Zs}\u2800]/gu);

export interface HiddenCharacter {
  /** Offset in the text. */
  readonly at: number;
  /** `\u{200b}` */
  readonly shown: string;
}

/** The characters of a text that do not show, in their order. */
export function hiddenCharacters(text: string): readonly HiddenCharacter[] {
  return found(hidden, text);
}

/** The blanks of a text that are not the plain one, in their order; around a name they do no harm, in it they do. */
export function oddBlanks(text: string): readonly HiddenCharacter[] {
  return found(oddBlank, text);
}

/** Whether a name holds nothing that does not show. */
export function isVisible(name: string): boolean {
  return hiddenCharacters(name).length === 0 && oddBlanks(name).length === 0;
}

/** The text with what does not show spelled out. */
export function withHiddenShown(text: string): string {
  return mapHidden(text, codePoint);
}

/** The text with each character that does not show replaced. */
export function mapHidden(text: string, replacement: (character: string) => string): string {
  if (isPlain(text)) return text;
  return text.replaceAll(hidden(), replacement).replaceAll(oddBlank(), replacement);
}

/** The text with everything but ASCII spelled out: what tells apart names that look the same. */
export function spelledOut(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]/gu, codePoint);
}

function found(pattern: () => RegExp, text: string): readonly HiddenCharacter[] {
  if (isPlain(text)) return [];
  return [...text.matchAll(pattern())].map((match) => ({
    at: match.index,
    shown: codePoint(match[0]),
  }));
}

/** Nothing of ASCII is hidden; to see that takes a tenth of what the classes of Unicode take. */
function isPlain(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /^[\0-\u007f]*$/.test(text);
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
