import { spelledOut } from "../core/hidden-characters.ts";
import type { Place, Problem } from "../core/problem.ts";

/** A name, and where it stands; null: a device has told it. */
export interface NameAt {
  readonly name: string;
  readonly at: Place | null;
}

/**
 * Names of one kind of which one was probably meant to be another. Those that only Unicode's normalisation tells apart
 * look the same, so nobody can see which rule holds for which: problems. Those that differ in nothing but case are
 * notes. Each is told beside the first one that is like it; of a name that stands in several places the first counts.
 */
export function lookAlikes(
  what: string,
  names: readonly NameAt[],
): { readonly problems: readonly Problem[]; readonly notes: readonly Problem[] } {
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const seen = new Set<string>();
  const alike = new Map<string, NameAt>();
  const inAnyCase = new Map<string, NameAt>();
  for (const one of names) {
    if (seen.has(one.name)) continue;
    seen.add(one.name);
    const normal = one.name.normalize("NFKC");
    const folded = normal.toLowerCase();
    const twin = alike.get(normal);
    const relative = inAnyCase.get(folded);
    if (twin !== undefined)
      (one.at === null ? notes : problems).push(alikeProblem(what, one, twin));
    else if (relative !== undefined) notes.push(caseNote(what, one, relative));
    if (twin === undefined) alike.set(normal, one);
    if (relative === undefined) inAnyCase.set(folded, one);
  }
  return { problems, notes };
}

function alikeProblem(what: string, one: NameAt, other: NameAt): Problem {
  return {
    code: "names-look-alike",
    message: `"${spelledOut(one.name)}" and "${spelledOut(other.name)}" are two names for ${what} that look the same.`,
    ...placed(one),
    expected: spelledOut(other.name),
    got: spelledOut(one.name),
    hint: `Write both in the same characters${otherLine(other)}.`,
  };
}

function caseNote(what: string, one: NameAt, other: NameAt): Problem {
  return {
    code: "names-differ-in-case",
    message: `"${one.name}" and "${other.name}" are two names for ${what} that differ only in upper and lower case.`,
    ...placed(one),
    hint: `They do not match each other. If one is meant, write it everywhere in the same way${otherLine(other)}.`,
  };
}

function placed({ at }: NameAt): Pick<Problem, "at"> {
  return at === null ? {} : { at };
}

function otherLine({ at }: NameAt): string {
  return at?.line === undefined ? "" : `; the other is in line ${at.line}`;
}
