import { type Budget, spend } from "../model/budget.ts";

/** Nogoods by number, of those that an oracle knows. */
export type Nogoods = ReadonlySet<number>;

export type Verdict<Way> =
  /** `used`: of the nogoods in force some that forbid every way together. */
  | { readonly kind: "none"; readonly used: Nogoods }
  | { readonly kind: "way"; readonly way: Way }
  | { readonly kind: "undecided" };

/** Is there a way where of all nogoods only some are in force? */
export interface Oracle<Way> {
  readonly ask: (inForce: Nogoods) => Verdict<Way>;
  /** Nogoods that stand against a way. */
  readonly broken: (way: Way) => Iterable<number>;
}

/** Nogoods that together forbid every way. */
export interface ConflictSet {
  /** By number, in the order in which they were tried. */
  readonly nogoods: readonly number[];
  /** Whether it is proved that none can be left out. */
  readonly isIrreducible: boolean;
}

/** So many nogoods in force make a question twice as dear. */
const nogoodsOfOneQuestion = 128;

/**
 * A way that breaks nothing, or nogoods that together forbid every one. They are met one by one: a way under those met
 * so far breaks others, which join them, until there is none. Where few are in force a question is short, where all of
 * them are it may never end. `known`: nogoods that are likely among them; `questions`: how many may be asked.
 */
export function grown<Way>(
  { ask, broken }: Oracle<Way>,
  known: Iterable<number>,
  questions: Budget = { left: Infinity },
): Verdict<Way> {
  const met = new Set(known);
  while (spend(questions, 1 + met.size / nogoodsOfOneQuestion)) {
    const said = ask(met);
    if (said.kind !== "way") return said;
    const before = met.size;
    for (const nogood of broken(said.way)) met.add(nogood);
    if (met.size === before) return said;
  }
  return { kind: "undecided" };
}

/**
 * Leaves out one nogood after the other as long as the rest still forbids every way. Each answer may name fewer nogoods
 * than it was asked with, so that most others go at once. `used`: nogoods that forbid every way; `inOrder`: those to be
 * tried, alone or several at once.
 */
export function reduced<Way>(
  { ask }: Oracle<Way>,
  used: Nogoods,
  inOrder: readonly (number | readonly number[])[],
): ConflictSet {
  let kept = used;
  let isIrreducible = true;
  for (const tried of inOrder) {
    const out = typeof tried === "number" ? [tried] : tried;
    if (!out.some((nogood) => kept.has(nogood))) continue;
    const said = ask(new Set([...kept].filter((nogood) => !out.includes(nogood))));
    if (said.kind === "none") kept = said.used;
    if (said.kind === "undecided") isIrreducible = false;
  }
  return { nogoods: [...used].filter((nogood) => kept.has(nogood)), isIrreducible };
}
