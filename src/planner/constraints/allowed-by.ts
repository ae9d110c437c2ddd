import type { Rule } from "../../manifest/system.ts";
import {
  type OptionClass,
  optionClassesAmong,
  type Options,
  someCombination,
} from "../model/option-classes.ts";
import { at, eachGroup, type Move } from "../model/moves.ts";
import { type GroundConstraint, ruling } from "./ground.ts";
import type { TableClasses } from "../model/table-classes.ts";
import { distinctRules } from "./rule-order.ts";
import { constraintsWith, type ConstraintNetwork } from "./network.ts";

/**
 * For each move of each group, all stages behind each other, the rules that accept its Component's new version there.
 */
export type AllowedBy = (
  groups: readonly (readonly Move[])[],
) => readonly (readonly (readonly Rule[])[])[];

/** How many combinations of one constraint are looked at for the rules that allow a step. */
const combinationLimit = 4096;

/** Up to so many rules are looked through. */
const shortList = 32;

/** All moves of a plan, those of each Component behind each other. */
interface Timeline {
  /** Where those of each Component begin, and behind the last one's the end. */
  readonly begins: Int32Array;
  /** The group of each. */
  readonly when: Int32Array;
  readonly to: Int32Array;
}

/** What the constraints are asked with while one group moves. */
interface Question {
  readonly tableClasses: TableClasses;
  readonly starts: readonly number[];
  readonly options: Options;
  readonly optionClassesOf: (tableClass: number) => readonly OptionClass[];
}

export function allowedByOf(
  network: ConstraintNetwork,
  tableClasses: TableClasses,
  starts: readonly number[],
): AllowedBy {
  return (groups) => {
    const timeline = timelineOf(groups, starts.length);
    const rules = Array.from(timeline.when, (): Rule[] => []);
    addOfPairs(rules, timeline, network, tableClasses, starts);
    const cursor = timeline.begins.slice();
    const found = groups.map((moves) =>
      moves.map(({ component }): readonly Rule[] => {
        const place = cursor[component] ?? 0;
        cursor[component] = place + 1;
        return at(rules, place);
      }),
    );
    if (network.constraints.some((constraint) => partnersOn(constraint, tableClasses) === null))
      addOfOthers(found, groups, network, tableClasses, starts);
    return found;
  };
}

function timelineOf(groups: readonly (readonly Move[])[], components: number): Timeline {
  const begins = new Int32Array(components + 1);
  let count = 0;
  for (const moves of groups) {
    for (const { component } of moves) begins[component + 1] = (begins[component + 1] ?? 0) + 1;
    count += moves.length;
  }
  for (let component = 0; component < components; component += 1)
    begins[component + 1] = (begins[component + 1] ?? 0) + (begins[component] ?? 0);
  const when = new Int32Array(count);
  const to = new Int32Array(count);
  const cursor = begins.slice();
  for (const [group, moves] of groups.entries()) {
    for (const move of moves) {
      const place = cursor[move.component] ?? 0;
      cursor[move.component] = place + 1;
      when[place] = group;
      to[place] = move.to;
    }
  }
  return { begins, when, to };
}

/** The Components of a constraint whose two columns hold one each, as most do; else null. */
function partnersOn(
  { classes }: GroundConstraint,
  { alone }: TableClasses,
): readonly [number, number] | null {
  const first = alone[classes[0] ?? -1] ?? -1;
  const second = alone[classes[1] ?? -1] ?? -1;
  return classes.length === 2 && first >= 0 && second >= 0 ? [first, second] : null;
}

/**
 * Component by Component, and not group by group: what its constraints say is read once for all of its moves, and there
 * are far more constraints than fit into fast memory. `rules`: for each move of the timeline.
 */
function addOfPairs(
  rules: readonly Rule[][],
  { begins, when, to }: Timeline,
  { constraints, constraintsOf }: ConstraintNetwork,
  tableClasses: TableClasses,
  starts: readonly number[],
) {
  const versions = [0, 0];
  for (const [component, start] of starts.entries()) {
    const begin = begins[component] ?? 0;
    const end = begins[component + 1] ?? 0;
    if (begin === end) continue;
    for (const index of at(constraintsOf, at(tableClasses.of, component))) {
      const constraint = at(constraints, index);
      const partners = partnersOn(constraint, tableClasses);
      if (partners === null) continue;
      const column = partners[0] === component ? 0 : 1;
      const other = partners[1 - column] ?? -1;
      const otherStart = at(starts, other);
      const otherEnd = begins[other + 1] ?? 0;
      let next = begins[other] ?? 0;
      let standing = otherStart;
      for (let place = begin; place < end; place += 1) {
        const group = when[place] ?? 0;
        for (; next < otherEnd && (when[next] ?? 0) < group; next += 1) standing = to[next] ?? 0;
        const version = to[place] ?? 0;
        const isBack = version === start;
        const list = at(rules, place);
        versions[column] = version;
        if (!isBack || standing !== otherStart) {
          versions[1 - column] = standing;
          addAllowing(list, constraint, versions);
        }
        if (next >= otherEnd || when[next] !== group) continue;
        const moved = to[next] ?? 0;
        if (isBack && moved === otherStart) continue;
        versions[1 - column] = moved;
        addAllowing(list, constraint, versions);
      }
    }
  }
}

/** The same few rules of end states come again and again. In a long list they are left out when it is sorted. */
function addAllowing(rules: Rule[], constraint: GroundConstraint, versions: readonly number[]) {
  const said = ruling(constraint, versions);
  if (!said.accepted) return;
  for (const rule of said.rules) {
    if (rules.length > shortList || !rules.includes(rule)) rules.push(rule);
  }
}

/** Of all other constraints, group by group: what the others may have is gathered once for each. */
function addOfOthers(
  found: readonly (readonly Rule[])[][],
  groups: readonly (readonly Move[])[],
  network: ConstraintNetwork,
  tableClasses: TableClasses,
  starts: readonly number[],
) {
  eachGroup(starts, groups, (moves, options, group) => {
    const question = {
      tableClasses,
      starts,
      options,
      optionClassesOf: optionClassesIn(tableClasses, starts, options),
    };
    const crowd = crowded(question, network);
    const here = at(found, group);
    for (const [place, move] of moves.entries()) {
      const own = at(tableClasses.of, move.component);
      if (at(tableClasses.alone, own) < 0) {
        here[place] = crowd(move);
        continue;
      }
      const rules = new Set(here[place]);
      for (const constraint of constraintsWith(network, own)) {
        if (partnersOn(constraint, tableClasses) !== null) continue;
        addInColumn(rules, constraint, question, constraint.classes.indexOf(own), move, () => []);
      }
      here[place] = [...rules];
    }
  });
}

function optionClassesIn(
  tableClasses: TableClasses,
  starts: readonly number[],
  options: Options,
): Question["optionClassesOf"] {
  const known = new Map<number, readonly OptionClass[]>();
  return (tableClass) => {
    const before = known.get(tableClass);
    if (before !== undefined) return before;
    const optionClasses = optionClassesAmong(tableClasses, tableClass, starts, options);
    known.set(tableClass, optionClasses);
    return optionClasses;
  };
}

/** For a Component that is one of several table class: the same for all that are alike. */
function crowded(question: Question, network: ConstraintNetwork): (move: Move) => readonly Rule[] {
  const { tableClasses, starts, options, optionClassesOf } = question;
  const known = new Map<string, readonly Rule[]>();
  return (move) => {
    const { component, to } = move;
    const own = at(tableClasses.of, component);
    const isGrandfathered = starts[component] === to;
    const key = `${own}/${String(options[component])}/${to}/${String(isGrandfathered)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rules = new Set<Rule>();
    let rest: readonly OptionClass[] | null = null;
    const others = () =>
      (rest ??= without(optionClassesOf(own), options[component] ?? [], starts[component] ?? -1));
    for (const constraint of constraintsWith(network, own)) {
      for (const [column, tableClass] of constraint.classes.entries()) {
        if (tableClass === own) addInColumn(rules, constraint, question, column, move, others);
      }
    }
    const sorted = distinctRules([...rules]);
    known.set(key, sorted);
    return sorted;
  };
}

/**
 * The rules of all combinations in which the Component stands in this column. `others`: its table class but for itself,
 * asked only where they matter.
 */
function addInColumn(
  rules: Set<Rule>,
  constraint: GroundConstraint,
  { starts, optionClassesOf }: Question,
  column: number,
  { component, to }: Move,
  others: () => readonly OptionClass[],
) {
  const own = at(constraint.classes, column);
  const option = { tableClass: own, version: to, isGrandfathered: starts[component] === to };
  const itself = [{ tableClass: own, options: [option], count: 1 }];
  const filled = constraint.classes.map((tableClass, place) => {
    if (place === column) return itself;
    return tableClass === own ? others() : optionClassesOf(tableClass);
  });
  let seen = 0;
  const versions: number[] = [];
  someCombination(filled, (combination) => {
    seen += 1;
    if (seen > combinationLimit) return true;
    let areAllGrandfathered = true;
    for (let place = 0; place < combination.length; place += 1) {
      const one = combination[place];
      versions[place] = one?.version ?? -1;
      areAllGrandfathered &&= one?.isGrandfathered === true;
    }
    if (areAllGrandfathered) return false;
    const said = ruling(constraint, versions);
    if (said.accepted) for (const rule of said.rules) rules.add(rule);
    return false;
  });
}

/** One Component less of the kind that has these options. */
function without(
  optionClasses: readonly OptionClass[],
  versions: readonly number[],
  start: number,
): readonly OptionClass[] {
  return optionClasses.flatMap((optionClass) => {
    const isIt =
      optionClass.options.length === versions.length &&
      optionClass.options.every(
        (option, at) =>
          option.version === versions[at] && option.isGrandfathered === (option.version === start),
      );
    if (!isIt) return [optionClass];
    return optionClass.count === 1 ? [] : [{ ...optionClass, count: optionClass.count - 1 }];
  });
}
