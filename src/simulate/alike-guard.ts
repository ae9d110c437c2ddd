import type { Deployment, Member } from "../deployment/deployment.ts";
import type { JournalRecord } from "../deployment/records.ts";
import type { AlikeClass, Merging } from "./alike.ts";

/**
 * Where a way out is planned, or those at fault are named, a search decides, and among equals the first in the
 * Topology wins. Whether alike Components may be counted there is not argued but tried: with their conditions in the
 * reverse order, and where counts are capped with the most and the fewest that a capped count stands for. What is to
 * be done with each condition must be the same.
 */
export function isDecidedAlike(
  deployment: Deployment,
  record: JournalRecord,
  decidedIn: (variant: Deployment) => JournalRecord | null,
  { classes, merging, cap }: Counting,
): boolean {
  if (!needsLook(record)) return true;
  const told = decisionBy(deployment, record);
  for (const variant of variantsOf(deployment, classes, merging === "capped" ? cap : Infinity)) {
    const other = decidedIn(variant);
    if (other === null || decisionBy(variant, other) !== told) return false;
  }
  return true;
}

export interface Counting {
  readonly classes: readonly AlikeClass[];
  readonly merging: Merging;
  /** The fewest in one condition that a capped count stands for. */
  readonly cap: number;
}

function needsLook(record: JournalRecord): boolean {
  return (
    record.type === "replanned" || (record.type === "ended" && record.outcome === "inconsistent")
  );
}

/** Of a class: who is in the same condition. */
interface Block {
  readonly like: Member;
  readonly count: number;
}

function* variantsOf(
  deployment: Deployment,
  classes: readonly AlikeClass[],
  cap: number,
): Generator<Deployment> {
  const { members } = deployment;
  const mixed = classes.filter((places) => blocksOf(members, places).length > 1);
  if (mixed.length === 0) return;
  yield withConditions(
    deployment,
    mixed.map((places) => [places, places.flatMap((place) => members[place] ?? []).toReversed()]),
  );
  for (const places of mixed) {
    const blocks = blocksOf(members, places);
    const capped = blocks.filter(({ count }) => count >= cap);
    // Of a single one the count is known: the others are exact.
    if (capped.length < 2) continue;
    const free = capped.reduce((sum, { count }) => sum + count - cap, 0);
    for (const most of capped) {
      const conditions = blocks.flatMap(({ like, count }) => {
        const isCapped = count >= cap;
        const own = like === most.like ? cap + free : isCapped ? cap : count;
        return Array.from({ length: own }, () => like);
      });
      yield withConditions(deployment, [[places, conditions]]);
    }
  }
}

function withConditions(
  deployment: Deployment,
  changed: readonly (readonly [AlikeClass, readonly Member[]])[],
): Deployment {
  const members = [...deployment.members];
  for (const [places, conditions] of changed) {
    for (const [index, place] of places.entries()) {
      const id = members[place]?.id;
      const like = conditions[index];
      if (id !== undefined && like !== undefined) members[place] = { ...like, id };
    }
  }
  return { ...deployment, members };
}

function blocksOf(members: readonly Member[], places: AlikeClass): readonly Block[] {
  const blocks = new Map<string, { readonly like: Member; count: number }>();
  for (const place of places) {
    const member = members[place];
    if (member === undefined) continue;
    const key = conditionOf(member);
    const known = blocks.get(key);
    if (known === undefined) blocks.set(key, { like: member, count: 1 });
    else known.count += 1;
  }
  return [...blocks.values()];
}

function conditionOf({ id: _, ...condition }: Member): string {
  return JSON.stringify(condition);
}

/** What is done with each condition; how many are in it is told only where not all have the same done with them. */
function decisionBy({ members, begin }: Deployment, record: JournalRecord): string {
  const conditions = new Map<string, string[]>();
  for (const [place, member] of members.entries()) {
    // Those of other types are never alike.
    const key = `${begin.system.components[place]?.type} ${conditionOf(member)}`;
    const done = doneWith(member, record);
    const known = conditions.get(key);
    if (known === undefined) conditions.set(key, [done]);
    else known.push(done);
  }
  const all = [...conditions].map(([condition, done]) => {
    const isSame = done.every((one) => one === done[0]);
    return [condition, isSame ? done[0] : done.toSorted()];
  });
  const isFound = record.type === "replanned" ? record.groups !== null : null;
  const isDecided = record.type === "replanned" ? record.isUndecided !== true : null;
  const sorted = all.map((one) => JSON.stringify(one)).toSorted();
  return JSON.stringify([record.type, isFound, isDecided, sorted]);
}

function doneWith({ id }: Member, record: JournalRecord): string {
  if (record.type === "ended") return record.inconsistent.includes(id) ? "named" : "";
  if (record.type !== "replanned") return "";
  const groups = record.groups ?? [];
  const group = groups.findIndex((steps) => steps.some(({ component }) => component === id));
  const step = groups[group]?.find(({ component }) => component === id);
  return step === undefined ? "" : `${group} ${step.means} ${step.from} ${step.to}`;
}
