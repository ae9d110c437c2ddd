import type { ComponentType } from "../core/ids.ts";
import type { Begin, JournalRecord } from "../deployment/records.ts";
import { currentFormat } from "../executor/journals.ts";
import { listHistory, readPast } from "../journal/history.ts";
import type { Plan } from "../planner/model/plan.ts";
import { unlessRefused } from "../platform/types.ts";
import { datastoreOf, type Machine } from "./machine.ts";

/** So many of the last deployments are looked at. */
const mostLookedAt = 5;

/**
 * How long a plan takes if each install takes as long as the last one of its Component type that went well here, in
 * milliseconds. Null: of some type nobody knows.
 */
export function expectedMs(machine: Machine, { plan }: Pick<Begin, "plan">): number | null {
  const { files } = machine.platform;
  const types = new Set(plan.stages.flatMap(({ groups }) => groups.flat().map(typeOf)));
  const known = new Map<ComponentType, number>();
  const past = unlessRefused(() => listHistory(files, datastoreOf(machine)), []);
  for (const one of past.slice(0, mostLookedAt)) {
    const journal = readPast(files, one, [currentFormat]);
    if (!journal.ok) continue;
    for (const [type, ms] of installTimes(journal.value.records)) {
      if (!known.has(type)) known.set(type, ms);
    }
    if ([...types].every((type) => known.has(type))) return expectedOf(plan, known);
  }
  return null;
}

/** The Components of a group are updated at the same time: the slowest of them counts. */
function expectedOf(
  { stages }: Pick<Plan, "stages">,
  times: ReadonlyMap<ComponentType, number>,
): number {
  const groups = stages.flatMap((stage) => stage.groups);
  const slowest = groups.map((steps) =>
    Math.max(0, ...steps.map(({ componentType }) => times.get(componentType) ?? 0)),
  );
  return slowest.reduce((sum, ms) => sum + ms, 0);
}

/** What an install of each type has taken in a deployment that went well; nothing of any other. */
function installTimes(records: readonly JournalRecord[]): ReadonlyMap<ComponentType, number> {
  const times = new Map<ComponentType, number>();
  const begin = records.find((record) => record.type === "begin");
  const isGood = records.some((one) => one.type === "ended" && one.outcome === "success");
  if (begin === undefined || !isGood) return times;
  const steps = begin.plan.stages.flatMap(({ groups }) => groups.flat());
  for (const { component, componentType } of steps) {
    const own = records.filter((one) => one.type === "outcome" && one.component === component);
    const took = own.reduce((sum, one) => sum + (one.type === "outcome" ? one.elapsedMs : 0), 0);
    const installs = steps.filter((step) => step.component === component).length;
    times.set(componentType, Math.max(times.get(componentType) ?? 0, took / installs));
  }
  return times;
}

function typeOf({ componentType }: { readonly componentType: ComponentType }): ComponentType {
  return componentType;
}
