import { withHiddenShown } from "../core/hidden-characters.ts";
import { once } from "../core/once.ts";
import { quoted } from "./words.ts";

/** What does not show, but for the joiners and variation selectors that scripts and emoji are written with. */
const unseen = once(
  () =>
    /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu,
);

/**
 * Text of others (Interfaces, broken files) made safe to print on one line of a terminal: control
 * characters become visible, so that no input can move the cursor or forge a line of ours, and what
 * leaves no trace is spelled out.
 */
export function printable(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.replaceAll(unseen(), (character) => {
    if (character === "\t") return " ";
    const code = character.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    if (code > 0xffff) return `\\u{${digits}}`;
    return code < 0x100 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
  });
}

/** For texts about names, in which nothing may hide: joiners and odd blanks are spelled out as well. */
export function printableExactly(text: string): string {
  return printable(withHiddenShown(text));
}

/** A name in a sentence. */
export function quotedName(name: string): string {
  return quoted(printableExactly(name));
}
