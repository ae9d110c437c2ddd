import { unknownVersion } from "../core/ids.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import { syntheticBegin, type InterruptPolicy } from "../deployment/synthetic-begin.ts";
import { startState } from "../manifest/system-state.ts";
import type { System, SystemState } from "../manifest/system.ts";
import type { Begin, PlannedGate } from "../deployment/records.ts";
import { acceptance, startingIn } from "../planner/constraints/state-acceptance.ts";
import { findPlanFrom } from "../planner/find-plan.ts";
import type { SearchLimit } from "../planner/model/budget.ts";
import type { Answer } from "../planner/model/plan.ts";
import { type Exploration, type Exploring, exploring, type Scope, toItsEnd } from "./explore.ts";
import { type Answers, type Machine, realMachine } from "./situation.ts";

/** What came of one starting state. */
export interface Simulated {
  /** The versions of the Components, in the System's order. */
  readonly start: SystemState;
  /** Null where the start is no acceptable end state. */
  readonly systemVersion: string | null;
  readonly answer: Answer;
  /** Null where there is no plan to run. */
  readonly exploration: Exploration | null;
}

/** No more starting states than this are simulated, and no more are looked at than that. */
const maxStarts = 256;
const maxTried = 20_000;

/** What is explored from a starting state. */
export type Planned = Pick<Simulated, "start" | "systemVersion" | "answer">;

/**
 * Plans and explores from the System's own start, with every fault of the scope. `nodeLimit`: for the plan, and each
 * way out. `machineOf`: what runs the deployment.
 */
export function simulate(
  system: System,
  scope: Scope,
  policy: InterruptPolicy,
  nodeLimit = defaultNodeLimit,
  machineOf: (first: Begin) => Machine = () => realMachine,
): Simulated {
  const planned = plannedFrom(system, startState(system), { nodeLimit });
  const steps = exploringFrom(system, planned, { scope, policy, nodeLimit }, machineOf);
  return { ...planned, exploration: steps === null ? null : toItsEnd(steps) };
}

/** The plan from one of the starting states. */
export function plannedFrom(system: System, start: SystemState, limit: SearchLimit): Planned {
  const systemVersion = acceptance(system, start).endState(start);
  return { start, systemVersion, answer: findPlanFrom(system, start, limit) };
}

export interface HowExplored {
  readonly scope: Scope;
  readonly policy: InterruptPolicy;
  /** For each way out. */
  readonly nodeLimit: number;
  /** Left out: there are none. */
  readonly gates?: readonly PlannedGate[];
}

/** What `simulate` explores, step by step; null where there is no plan to run. */
export function exploringFrom(
  system: System,
  { start, answer }: Planned,
  { scope, policy, nodeLimit, gates = [] }: HowExplored,
  machineOf: (first: Begin) => Machine = () => realMachine,
): Exploring | null {
  if (answer.kind !== "plan") return null;
  const there = startingIn(system, start);
  const first = syntheticBegin(there, answer.plan, { policy, nodeLimit, gates });
  return exploring(first, answersOf(there), scope, machineOf(first));
}

/** Each acceptable end state, at most `maxStarts` of them; the System's own start first. */
export function startsOf(system: System): readonly SystemState[] {
  const own = startState(system);
  const { endState } = acceptance(system, own);
  const starts = new Map<string, SystemState>([[own.join(), own]]);
  let tried = 0;
  for (const state of endStates(system)) {
    tried += 1;
    if (starts.size >= maxStarts || tried > maxTried) break;
    if (endState(state) !== null) starts.set(state.join(), state);
  }
  return [...starts.values()];
}

/** For each YES row, its Components of one type all at one of the versions that the row allows them. */
function* endStates(system: System): Generator<SystemState> {
  for (const { columns, rows } of system.endTables.slice(0, 1)) {
    for (const row of rows.filter(({ verdict }) => verdict === "yes")) {
      const allowed = system.types.map((type, index) => {
        const column = columns.findIndex((c) => c.type === index && c.component === null);
        const known = [...type.versions.keys()].filter(
          (version) => type.versions[version] !== unknownVersion,
        );
        return row.cells[column] ?? known;
      });
      for (const versions of combinations(allowed)) {
        yield system.components.map(({ type, start }, component) => {
          const own = columns.findIndex((c) => c.component === component);
          return row.cells[own]?.[0] ?? versions[type] ?? start;
        });
      }
    }
  }
}

function* combinations(allowed: readonly (readonly number[])[]): Generator<readonly number[]> {
  const [first, ...rest] = allowed;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const version of first) {
    for (const others of combinations(rest)) yield [version, ...others];
  }
}

export function answersOf(system: System): Answers {
  const byId = new Map(system.components.map((component) => [component.id, component]));
  return {
    supportsRollback: (id) => (byId.get(id)?.supportsRollback === false ? "No" : "Yes"),
    needsReboot: (id) => (byId.get(id)?.rebootsHost === true ? "Automatic" : "No"),
  };
}
