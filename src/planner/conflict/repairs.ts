import { passesEndStatesOnly } from "../../manifest/system-state.ts";
import type { System } from "../../manifest/system.ts";
import { assertNever } from "../../core/assert-never.ts";
import type { Nogood } from "../model/conflict.ts";
import { opening } from "./step-conflicts.ts";
import { endChanges } from "./end-state-changes.ts";
import { type Opened, openedWithout } from "./opened-installs.ts";
import { pathsTo } from "./step-paths.ts";
import { type Repair, repaired } from "./repair.ts";
import { lawOf } from "./step-rules.ts";
import type { None, Question } from "./step-search.ts";

export interface Repairs {
  readonly repairs: readonly Repair[];
  /** False: not all of them could be tried. */
  readonly isComplete: boolean;
}

/** How many end states in between are tried before all that may be added. */
const maxRests = 50;

/** Nogoods that forbid every way together. */
export interface Core {
  readonly nogoods: readonly Nogood[];
  /** Those of them that need only be lifted for a way to open. */
  readonly opening: readonly Nogood[];
  /** False: not each of them could be tried. */
  readonly isComplete: boolean;
}

/**
 * The single changes that open a way. `failed`: the search under all nogoods that found none; null: it was given up.
 * `opened`: null where nothing closes an install.
 */
export function repairs(
  question: Question,
  core: Core,
  failed: None | null,
  opened: Opened | null,
): Repairs {
  const { system, law } = question;
  const byLifting = core.opening
    .map((nogood) => repairOf(nogood, opened))
    .filter((one) => one !== null);
  // Where only end states are passed a row for a state makes it an end state, too: that must be tried.
  const isExact = !passesEndStatesOnly(system);
  const rests = failed?.refusedRests ?? [];
  const tried = openedBy(question, [
    ...(isExact ? [] : byLifting),
    ...rests.slice(0, maxRests).map((state) => ({ kind: "add-end-state" as const, state })),
  ]);
  const brought = artifactsFor(question, core.nogoods.map(law.numberOf), opened);
  const found = [...(isExact ? byLifting : []), ...tried.repairs, ...brought.repairs];
  // Where no rule stands in the way, or none that an end state could lift, no end state opens one.
  const isForEnds = core.nogoods.some((nogood) => isLiftedByEnds(system, nogood));
  const ended = isForEnds && found.length === 0 ? openedByEnds(question) : nothing;
  return {
    repairs: [...found, ...ended.repairs],
    isComplete:
      tried.isComplete &&
      (failed !== null ||
        (core.nogoods.length > 0 && core.nogoods.every(({ kind }) => kind !== "rest"))) &&
      rests.length <= maxRests &&
      core.isComplete &&
      brought.isComplete &&
      ended.isComplete,
  };
}

const nothing: Repairs = { repairs: [], isComplete: true };

/** Whether more end states may lift it. */
function isLiftedByEnds(system: System, nogood: Nogood): boolean {
  if (nogood.kind === "row") return passesEndStatesOnly(system);
  return nogood.kind === "rest" || nogood.kind === "unlisted";
}

/** So many rows that are added are told. */
const fewEnds = 5;

/**
 * By a NO row of the end states that says YES, or else by a row that is added to them; for where nothing else opens a
 * way.
 */
export function openedByEnds(question: Question): Repairs {
  const { system, law } = question;
  // As if every state were an end state.
  const isLifted = (number: number) => isLiftedByEnds(system, law.nogood(number));
  if (opening({ ...question, isLifted, isGoal: () => true }).kind === "none") return nothing;
  const { saying, adding, isComplete } = endChanges(system);
  const said = openedBy(question, saying);
  if (said.repairs.length > 0) return said;
  const told: Repair[] = [];
  let isDecided = isComplete && said.isComplete;
  for (const repair of adding) {
    if (told.length >= fewEnds) break;
    const tried = openedBy(question, [repair]);
    told.push(...tried.repairs);
    isDecided &&= tried.isComplete;
  }
  return { repairs: told, isComplete: isDecided };
}

/**
 * By an Artifact that brings a type to one version: from where its Components are, or where that does not do, from
 * elsewhere.
 */
function artifactsFor(question: Question, core: readonly number[], opened: Opened | null): Repairs {
  let isComplete = true;
  const isOpening = (repair: Repair): boolean => {
    const { kind } = opening({ ...question, ...changedBy(question, repair) }, core);
    isComplete &&= kind !== "undecided";
    return kind === "way";
  };
  const found = stones(question.system, opened).flatMap(({ widest, usual }): readonly Repair[] => {
    if (usual !== null && isOpening(usual)) return [usual];
    if (usual?.from.length === widest.from.length || !isOpening(widest)) return [];
    // As few as will do.
    let from = widest.from;
    for (const one of widest.from) {
      const fewer = from.filter((other) => other !== one);
      if (fewer.length > 0 && isOpening({ ...widest, from: fewer })) from = fewer;
    }
    return [{ ...widest, from }];
  });
  return { repairs: found, isComplete };
}

/** Those of the changes that open a way, each for itself. */
export function openedBy(
  question: Question,
  candidates: readonly Repair[],
): Pick<Repairs, "repairs" | "isComplete"> {
  const found = candidates.map((repair) => {
    const changed = changedBy(question, repair);
    return { repair, found: opening({ ...question, ...changed, law: lawOf(changed.system) }) };
  });
  return {
    repairs: found.filter((one) => one.found.kind === "way").map(({ repair }) => repair),
    isComplete: found.every((one) => one.found.kind !== "undecided"),
  };
}

function changedBy(question: Question, repair: Repair): Pick<Question, "system" | "paths"> {
  const system = repaired(question.system, repair);
  return { system, paths: pathsTo(system, question.paths.goals, question) };
}

/** Null where no single change lifts it. */
function repairOf(nogood: Nogood, opened: Opened | null): Repair | null {
  switch (nogood.kind) {
    case "row":
      return { kind: "say-yes", nogood };
    case "unlisted":
      return { kind: "add-row", nogood };
    case "order":
      return { kind: "drop-order", type: nogood.type };
    case "edge":
    case "edge-default":
    case "depends":
      return opened === null
        ? null
        : { kind: "open-installs", nogood, hops: openedWithout(opened, nogood) };
    // An Artifact is not changed; another one may be added.
    case "artifact-depends":
    case "rest":
      return null;
    default:
      return assertNever(nogood);
  }
}

type Brought = Extract<Repair, { kind: "add-artifact" }>;

/**
 * For each type and version an Artifact that is not at hand: from where its Components are (null: it is), and from
 * anywhere that edges do not close.
 */
function stones(
  { types, components }: System,
  opened: Opened | null,
): readonly { readonly usual: Brought | null; readonly widest: Brought }[] {
  return types.flatMap(({ versions }, type) => {
    const own = [...components.entries()].filter(([, component]) => component.type === type);
    const starts = new Set(own.map(([, { start }]) => start));
    return [...versions.keys()].flatMap((to) => {
      const all = [...versions.keys()].filter(
        (from) =>
          from !== to &&
          own.some(([, { hops }]) => hops[from]?.includes(to) !== true) &&
          own.every(([component]) => opened?.isClosedByEdges({ component, from, to }) !== true),
      );
      if (all.length === 0 || versions[to] === "?") return [];
      const near = all.filter((from) => starts.has(from));
      const brought = (from: readonly number[]): Brought => ({
        kind: "add-artifact",
        type,
        from,
        to,
      });
      return [{ usual: near.length > 0 ? brought(near) : null, widest: brought(all) }];
    });
  });
}
