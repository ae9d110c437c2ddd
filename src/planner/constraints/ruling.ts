import type { Row, Rule, TransitionTable } from "../../manifest/system.ts";
import { boxOf, layoutOf, listsOf, type BoxRelation, selectiveBoxOf } from "./relation-by-boxes.ts";
import type { EndStates } from "./end-states.ts";

/** What a table says of one combination. */
export type Ruling =
  /** `rules` is empty where nothing but the table's default allows it. */
  | { readonly accepted: true; readonly rules: readonly Rule[] }
  /** `rule` is the NO row; null where no row allows it. */
  | { readonly accepted: false; readonly rule: Rule | null };

/**
 * What the rule numbers of a small table stand for: 0 its default, then the end states, the YES rows, the NO rows. All
 * its constraints share it.
 */
export interface DenseRules {
  readonly kind: "dense";
  readonly ends: EndStates;
  readonly yes: readonly Row[];
  readonly no: readonly Row[];
  readonly firstYes: number;
  readonly firstNo: number;
}

export function rulingOf(
  { ends: { boxes }, yes, no, firstYes, firstNo }: DenseRules,
  table: TransitionTable,
  ruleNumber: number,
): Ruling {
  const forbidding = no[ruleNumber - firstNo];
  if (forbidding !== undefined) return { accepted: false, rule: forbidding.rule };
  const allowing = yes[ruleNumber - firstYes];
  if (allowing !== undefined) return { accepted: true, rules: [allowing.rule] };
  const granting = boxes[ruleNumber - 1];
  return granting === undefined ? unsaid(table) : { accepted: true, rules: granting.rules };
}

/** Of a combination that no row matches, and no end state. */
export function unsaid({ allowByDefault }: TransitionTable): Ruling {
  return allowByDefault ? { accepted: true, rules: [] } : { accepted: false, rule: null };
}

/** The rows of a table as boxes, and the end states as far as they speak of these table class. */
export function boxRelationFrom(
  { rows, allowByDefault }: TransitionTable,
  sizes: readonly number[],
  ends: EndStates,
  classes: readonly number[],
): BoxRelation {
  const layout = layoutOf(sizes);
  const side = (wanted: "yes" | "no") =>
    rows
      .filter(({ verdict }) => verdict === wanted)
      .map(({ cells }) => selectiveBoxOf(layout, cells));
  const whole = ends.boxes.map(({ domains }) =>
    selectiveBoxOf(
      layout,
      classes.map((one) => domains[one] ?? null),
    ),
  );
  const common = { layout, no: side("no"), allowByDefault };
  if (ends.restrictedClasses.size === 0) return { ...common, yes: [...side("yes"), ...whole] };
  return {
    ...common,
    yes: side("yes"),
    granted: {
      ends: whole,
      nogoods: ends.nogoodsOn(classes).map((cells) => boxOf(layout, cells)),
      hasAll: (box) => ends.grantsAll(classes, listsOf(layout, box)),
      hasAny: (box) => ends.mayGrant(classes, listsOf(layout, box)),
      mayCut: ends.mayCut,
    },
  };
}
