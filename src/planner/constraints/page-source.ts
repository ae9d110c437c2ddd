import type { Row, Rule, TransitionTable } from "../../manifest/system.ts";
import { boxOf, layoutOf, listsOf, type Sides, sieveOf } from "./boxes.ts";
import type { EndStates } from "./end-states.ts";
import type { Page } from "./page.ts";

/** What a table says of one combination. */
export type Ruling =
  /** `rules` is empty where nothing but the table's default allows it. */
  | { readonly accepted: true; readonly rules: readonly Rule[] }
  /** `rule` is the NO row; null where no row allows it. */
  | { readonly accepted: false; readonly rule: Rule | null };

/** Where a page has from what it says. */
export type PageSource =
  | Palette
  /** A large table. */
  | {
      readonly kind: "asked";
      readonly ends: EndStates;
      readonly ruling: (versions: readonly number[]) => Ruling;
    }
  /** Another page, of which some bans alone are kept. */
  | { readonly kind: "relaxed"; readonly page: Page; readonly sides: Sides };

/** What the colours of a small table stand for: 0 its default, then the end states, the YES rows, the NO rows. All its pages share it. */
export interface Palette {
  readonly kind: "painted";
  readonly ends: EndStates;
  readonly yes: readonly Row[];
  readonly no: readonly Row[];
  readonly firstYes: number;
  readonly firstNo: number;
}

export function rulingOf(
  { ends: { boxes }, yes, no, firstYes, firstNo }: Palette,
  table: TransitionTable,
  colour: number,
): Ruling {
  const forbidding = no[colour - firstNo];
  if (forbidding !== undefined) return { accepted: false, rule: forbidding.rule };
  const allowing = yes[colour - firstYes];
  if (allowing !== undefined) return { accepted: true, rules: [allowing.rule] };
  const granting = boxes[colour - 1];
  return granting === undefined ? unsaid(table) : { accepted: true, rules: granting.rules };
}

/** Of a combination that no row matches, and no end state. */
export function unsaid({ allowByDefault }: TransitionTable): Ruling {
  return allowByDefault ? { accepted: true, rules: [] } : { accepted: false, rule: null };
}

/** The rows of a table as boxes, and the end states as far as they speak of these peers. */
export function boxed(
  { rows, allowByDefault }: TransitionTable,
  sizes: readonly number[],
  ends: EndStates,
  peers: readonly number[],
): Sides {
  const layout = layoutOf(sizes);
  const side = (wanted: "yes" | "no") =>
    rows.filter(({ verdict }) => verdict === wanted).map(({ cells }) => sieveOf(layout, cells));
  const whole = ends.boxes.map(({ domains }) =>
    sieveOf(
      layout,
      peers.map((one) => domains[one] ?? null),
    ),
  );
  const common = { layout, no: side("no"), allowByDefault };
  if (ends.banned.size === 0) return { ...common, yes: [...side("yes"), ...whole] };
  return {
    ...common,
    yes: side("yes"),
    granted: {
      ends: whole,
      bans: ends.bansOn(peers).map((cells) => boxOf(layout, cells)),
      hasAll: (box) => ends.grantsAll(peers, listsOf(layout, box)),
      hasAny: (box) => ends.mayGrant(peers, listsOf(layout, box)),
      mayCut: ends.mayCut,
    },
  };
}
