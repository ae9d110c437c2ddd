import { unknownVersion } from "../core/ids.ts";
import { startState } from "../manifest/system-state.ts";
import type { System } from "../manifest/system.ts";
import { acceptabilityOf } from "./constraints/acceptability.ts";
import { type Grounding, groundingOf } from "./constraints/grounding.ts";
import type { EndBox } from "./constraints/end-states.ts";

/** What each Component runs; null: nobody knows, or it may not stay as it is. */
export type Standing = readonly (number | null)[];

/** How many states may be looked at where NO rows forbid what YES rows allow. */
const lookLimit = 5_000;

/**
 * The smallest set of Components that would have to run something else for the System to be in an acceptable end state;
 * all that are null are of it. Of several such sets the one with most Components that are `suspect`, then the first in
 * the order of the Topology. Ascending. Where NO rows make it too hard, the smallest that some YES rows ask for by
 * themselves; null where no change would do.
 */
export function smallestChange(
  system: System,
  standing: Standing,
  suspect: ReadonlySet<number>,
  grounding: Grounding = groundingOf(system),
): readonly number[] | null {
  const { ends, tableClasses } = acceptabilityOf(system, grounding);
  const starts = startState(system);
  const choicesOf = system.components.map(({ type, start }) =>
    [...(system.types[type]?.versions ?? []).entries()].flatMap(([version, name]) =>
      name === unknownVersion && version !== start ? [] : [version],
    ),
  );
  const within = (box: EndBox, component: number): readonly number[] => {
    const domain = box.domains[tableClasses.of[component] ?? -1] ?? null;
    const choices = choicesOf[component] ?? [];
    return domain === null ? choices : choices.filter((version) => domain.includes(version));
  };
  const stays = (box: EndBox, component: number): boolean => {
    const version = standing[component] ?? null;
    const domain = box.domains[tableClasses.of[component] ?? -1] ?? null;
    return version !== null && (domain === null || domain.includes(version));
  };
  const boxes = ends.boxes.flatMap((box) => {
    const must = standing.flatMap((_, component) => (stays(box, component) ? [] : [component]));
    return must.every((component) => within(box, component).length > 0) ? [{ box, must }] : [];
  });
  // Only of these a NO row that overlaps YES rows speaks.
  const spokenOf = standing.flatMap((_, component) =>
    ends.restrictedClasses.has(tableClasses.of[component] ?? -1) ? [component] : [],
  );
  const looks = { left: lookLimit };
  const isEnough = (box: EndBox, change: readonly number[]): boolean => {
    if (spokenOf.length === 0) return true;
    const state = standing.map((version, component) => version ?? starts[component] ?? -1);
    const decisive = change.filter((component) => spokenOf.includes(component));
    return isAnyAccepted(state, decisive, (one) => within(box, one), ends.isContradicted, looks);
  };
  const least = Math.min(...boxes.map(({ must }) => must.length));
  for (let size = least; size <= standing.length && looks.left > 0; size += 1) {
    let best: readonly number[] | null = null;
    for (const { box, must } of boxes) {
      const others = spokenOf.filter((component) => !must.includes(component));
      for (const more of subsets(others, size - must.length)) {
        const change = [...must, ...more].toSorted((a, b) => a - b);
        const isBetter = best === null || isBefore(change, best, suspect);
        if (isBetter && isEnough(box, change)) best = change;
        if (looks.left <= 0) break;
      }
    }
    if (best !== null) return best;
  }
  for (const { box, must } of boxes.toSorted((a, b) => a.must.length - b.must.length)) {
    looks.left = lookLimit / 10;
    if (isEnough(box, must)) return must;
  }
  return null;
}

/** Whether some choice of versions for these keeps clear of every NO row. */
function isAnyAccepted(
  state: readonly number[],
  change: readonly number[],
  choices: (component: number) => readonly number[],
  isContradicted: (state: readonly number[]) => boolean,
  looks: { left: number },
): boolean {
  const [first, ...rest] = change;
  if (first === undefined) {
    looks.left -= 1;
    return !isContradicted(state);
  }
  return choices(first).some(
    (version) =>
      looks.left > 0 &&
      isAnyAccepted(state.with(first, version), rest, choices, isContradicted, looks),
  );
}

/** Of two sets of one size. */
function isBefore(
  one: readonly number[],
  other: readonly number[],
  suspect: ReadonlySet<number>,
): boolean {
  const suspects = (set: readonly number[]) => set.filter((each) => suspect.has(each)).length;
  const more = suspects(one) - suspects(other);
  if (more !== 0) return more > 0;
  const at = one.findIndex((component, index) => component !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** All of a size, in order; none where it is negative. */
function* subsets(of: readonly number[], size: number): Generator<readonly number[]> {
  if (size < 0 || size > of.length) return;
  if (size === 0) {
    yield [];
    return;
  }
  const [first, ...rest] = of;
  if (first === undefined) return;
  for (const more of subsets(rest, size - 1)) yield [first, ...more];
  yield* subsets(rest, size);
}
