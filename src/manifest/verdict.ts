import { SystemVersion } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { unnamedState } from "./any-state.ts";
import { markupIn } from "./markup.ts";
import type { TableRow } from "./table.ts";

/** `YES`, `no`, `N/A`: case does not count. Null: none of them. */
export function readVerdict(text: string): TableRow["verdict"] | null {
  const word = text.toLowerCase();
  return word === "yes" || word === "no" || word === "n/a" ? word : null;
}

export function unknownVerdict(text: string, at: Place): Problem {
  return {
    code: "table-verdict",
    message: `"${text}" does not say whether the row is acceptable.`,
    at,
    expected: "YES, NO or n/a",
    got: text,
    hint: "Write YES, NO or n/a.",
  };
}

/** The name of an end state; null for `n/a` and nothing, which only rows other than YES may have. */
export function readSystemVersion(
  text: string,
  verdict: TableRow["verdict"],
  at: Place,
): { readonly systemVersion: SystemVersion | null; readonly problem: Problem | null } {
  const isNamed = text !== "" && text.toLowerCase() !== "n/a";
  const parsed = SystemVersion.safeParse(text);
  const isMarkup = markupIn(text) !== null;
  const isReserved = text === unnamedState;
  if (isNamed && parsed.success && !isMarkup && !isReserved)
    return { systemVersion: parsed.data, problem: null };
  if (!isNamed && verdict !== "yes") return { systemVersion: null, problem: null };
  const problem: Problem = {
    code: "table-system-version",
    message: isNamed
      ? `"${text.slice(0, 60)}" cannot be the name of a System version${isMarkup ? ": this is markup" : isReserved ? ": it says that there is none" : ""}.`
      : "An acceptable end state has no System version.",
    at,
    expected: "a name of 1 to 256 characters",
    ...(text.length > 256 && { got: `${text.length} characters` }),
    hint: `Give the row a name such as "v.2".`,
  };
  return { systemVersion: null, problem };
}
