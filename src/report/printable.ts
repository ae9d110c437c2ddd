import { withHiddenShown } from "../core/hidden-characters.ts";

/**
 * Text of others (Interfaces, broken files) made safe to print on one line of a terminal: control
 * characters become visible, so that no input can move the cursor or forge a line of ours.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    if (character === "\t") return " ";
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** For texts about names: what does not show is spelled out as well. In a log it may belong to what is said. */
export function printableExactly(text: string): string {
  return printable(withHiddenShown(text));
}
