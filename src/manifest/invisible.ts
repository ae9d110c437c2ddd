import { withHiddenShown } from "../core/hidden-characters.ts";
import type { Place, Problem } from "../core/problem.ts";

/** A name with a character that does not show, which is spelled out. */
export function invisible(at: Place, shown: string, text: string): Problem {
  return {
    code: "invisible-character",
    message: `"${withHiddenShown(text.slice(0, 60))}" holds ${shown}, which does not show.`,
    at,
    expected: "names of characters that show",
    got: shown,
    hint: "Remove the character: two names that look the same would not be the same. It does not show in an editor.",
  };
}
