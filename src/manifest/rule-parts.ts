import type { ComponentType } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { knownVersions, type KnownVersions, versionsOf, worstOf } from "./cell-versions.ts";
import { type IsId, resolveCondition } from "./fact-head.ts";
import { numbersOf } from "./rule-numbers.ts";
import type { Comparison, Condition, Requirement, Sameness, WrittenRule } from "./rule.ts";
import type { VersionSet } from "./system.ts";
import type { Cell, TableColumn } from "./table.ts";

/** What a rule says of one choice of Components: one for each slot, all different. */
export interface RulePart {
  readonly slots: readonly Slot[];
  /** Combinations that it forbids. */
  readonly bans: readonly Ban[];
  /**
   * Set where it speaks of any two Components of a type and of nothing else: it pleases all of them at once if and only
   * if all of their versions lie in one of these sets.
   */
  readonly windows: readonly (readonly number[])[] | null;
}

/** Who stands for a type in the rule. */
export interface Slot {
  readonly type: ComponentType;
  /** As written behind the `@`; null: any Component of the type. */
  readonly id: string | null;
  readonly at: Place;
  /** All must match, or the rule does not speak of the Component. */
  readonly when: readonly FactCondition[];
}

export interface FactCondition {
  readonly key: string;
  readonly cell: Cell;
}

export interface Ban {
  /** One for each slot. */
  readonly cells: readonly VersionSet[];
  /** It is only one where the Component of the slot does not match; null: always. */
  readonly unless: (FactCondition & { readonly slot: number }) | null;
}

/** Heads that name no type were reported where they were read. */
export interface RuleTerms {
  readonly types: readonly ComponentType[];
  readonly versions: ReadonlyMap<ComponentType, KnownVersions>;
  readonly isId: IsId;
}

export function partsOf(
  rule: WrittenRule,
  terms: RuleTerms,
): { readonly parts: readonly RulePart[]; readonly problems: readonly Problem[] } {
  if (rule.kind === "require") return requirementPart(rule, terms);
  return rule.kind === "same" ? samenessParts(rule, terms) : comparisonPart(rule, terms);
}

interface Placed extends Condition {
  readonly type: ComponentType;
  readonly id: string | null;
  readonly key: string | null;
}

function requirementPart({ when, require }: Requirement, terms: RuleTerms) {
  const problems: Problem[] = [];
  const placed = (conditions: readonly Condition[]) =>
    conditions.flatMap((condition): Placed[] => {
      const named = resolveCondition(condition.head, terms.types, terms.isId);
      return named === null ? [] : [{ ...condition, ...named }];
    });
  const [given, asked] = [placed(when), placed(require)];
  const slots: (Slot & { readonly when: FactCondition[] })[] = [];
  const numbers = new Map<string, number>();
  /** Two different Components of a type are meant only where both sides ask for its version. */
  const asksTwice = (type: ComponentType) =>
    [given, asked].every((side) =>
      side.some((one) => one.type === type && one.id === null && one.key === null),
    );
  const slotOf = ({ type, id, at }: Placed, side: "when" | "require"): number => {
    const isOwn = id === null && asksTwice(type);
    const key = JSON.stringify([type, id?.toLowerCase() ?? null, isOwn ? side : ""]);
    const known = numbers.get(key) ?? slots.push({ type, id, at, when: [] }) - 1;
    numbers.set(key, known);
    return known;
  };
  const base = new Map<number, readonly number[]>();
  for (const condition of given) {
    const slot = slotOf(condition, "when");
    const { type, key, cell } = condition;
    if (key !== null) slots[slot]?.when.push({ key, cell });
    else {
      const versions = known(terms, type);
      problems.push(...versionsOf(cell, versions).problems);
      base.set(slot, worstOf(cell, versions));
    }
  }
  const places = asked.map((condition) => slotOf(condition, "require"));
  const bans = asked.map(({ type, key, cell }, index): Ban => {
    const slot = places[index] ?? -1;
    const cells = slots.map((_, at): VersionSet => base.get(at) ?? null);
    if (key !== null) return { cells, unless: { slot, key, cell } };
    const versions = known(terms, type);
    const { set, problems: found } = versionsOf(cell, versions);
    problems.push(...found);
    const among = base.get(slot) ?? [...versions.names.keys()];
    const others = among.filter((version) => set !== null && !set.includes(version));
    return { cells: cells.with(slot, others), unless: null };
  });
  return { parts: [{ slots, bans: bans.filter(isPossible), windows: null }], problems };
}

function samenessParts({ columns }: Sameness, terms: RuleTerms) {
  const read = columns.map((column) => {
    const versions = slotAt(column, terms);
    if (versions === null) return { parts: [], problems: [] };
    const { slot, names } = versions;
    const { groups, unread, problems } = numbersOf(names, column.part, column.at);
    const all = [...names.names.keys()];
    const bans = [...groups.map(({ members }) => members), ...(unread.length > 0 ? [unread] : [])];
    const part: RulePart = {
      slots: [slot, slot],
      bans: bans
        .map((members): Ban => {
          const others = members === unread ? all : all.filter((at) => !members.includes(at));
          return { cells: [members, others], unless: null };
        })
        .filter(isPossible),
      windows: groups.map(({ members }) => members),
    };
    return { parts: [part], problems };
  });
  return {
    parts: read.flatMap(({ parts }) => parts),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function comparisonPart({ between, part, within }: Comparison, terms: RuleTerms) {
  const isEitherWay = "type" in between;
  const first = slotAt(isEitherWay ? between.type : between.ahead, terms);
  const second = isEitherWay ? first : slotAt(between.behind, terms);
  if (first === null || second === null) return { parts: [], problems: [] };
  const ahead = numbersOf(first.names, part, first.slot.at);
  const behind = isEitherWay ? ahead : numbersOf(second.names, part, second.slot.at);
  const goesWith = (one: readonly number[], other: readonly number[]) => {
    const last = one.length - 1;
    const distance = (one[last] ?? 0) - (other[last] ?? 0);
    const isNear = isEitherWay ? Math.abs(distance) <= within : distance >= 0 && distance <= within;
    return isNear && one.slice(0, -1).every((number, at) => number === other[at]);
  };
  const all = [...second.names.names.keys()];
  const bans = ahead.groups.map(({ number, members }): Ban => {
    const fitting = behind.groups.filter((group) => goesWith(number, group.number));
    const fits = new Set(fitting.flatMap((group) => group.members));
    return { cells: [members, all.filter((at) => !fits.has(at))], unless: null };
  });
  const windows = ahead.groups.map(({ number: least }) =>
    ahead.groups
      .filter(
        ({ number }) => goesWith(number, least) && (number.at(-1) ?? 0) >= (least.at(-1) ?? 0),
      )
      .flatMap(({ members }) => members)
      .sort((a, b) => a - b),
  );
  const isWithin = (inner: readonly number[], outer: readonly number[]) =>
    inner !== outer && inner.length < outer.length && inner.every((at) => outer.includes(at));
  return {
    parts: [
      {
        slots: [first.slot, second.slot],
        bans: [...bans, { cells: [ahead.unread, null], unless: null }].filter(isPossible),
        windows: isEitherWay
          ? windows.filter((inner) => !windows.some((outer) => isWithin(inner, outer)))
          : null,
      },
    ],
    problems: isEitherWay ? ahead.problems : [...ahead.problems, ...behind.problems],
  };
}

function slotAt({ head, at }: TableColumn, terms: RuleTerms) {
  const named = resolveCondition(head, terms.types, terms.isId);
  if (named === null) return null;
  const { type, id } = named;
  return { slot: { type, id, at, when: [] }, names: known(terms, type) };
}

function isPossible({ cells }: Ban): boolean {
  return cells.every((cell) => cell === null || cell.length > 0);
}

function known({ versions }: RuleTerms, type: ComponentType): KnownVersions {
  return versions.get(type) ?? knownVersions([]);
}
