import { startState } from "../../manifest/system-state.ts";
import type { Rule, System, SystemState } from "../../manifest/system.ts";
import type { Heard } from "../model/budget.ts";
import { type Crowding, limitsOf } from "../model/crowding.ts";
import { after, at, type Move } from "../model/moves.ts";
import type { Nogood } from "../model/conflict.ts";
import { type Grounding, groundingOf } from "../constraints/grounding.ts";
import { lawOf, type Law } from "./step-rules.ts";
import type { Plan } from "../model/plan.ts";

/** Why a Component is not updated earlier. Components by index. */
export interface OrderReason {
  readonly stage: number;
  readonly group: number;
  readonly components: readonly number[];
  /** Those that must be through before; empty where no rule asks for it. */
  readonly after: readonly number[];
  readonly cause:
    /** What forbids the other order. */
    | { readonly kind: "nogoods"; readonly nogoods: readonly Nogood[] }
    /** Not more of the type at the same time. */
    | { readonly kind: "max-parallel" }
    /** Not more of those that a limit names at the same time. */
    | { readonly kind: "limit"; readonly rule: Rule }
    /** It cannot go back, so it comes as late as it may. */
    | { readonly kind: "no-rollback" }
    /** No rule: the order of the Topology, or one reboot of the host less. */
    | { readonly kind: "free" };
}

export interface OrderReasons {
  readonly reasons: readonly OrderReason[];
  /**
   * False where another order may be allowed though nogoods are told for it: it was given up to look for an end state.
   */
  readonly isProved: boolean;
}

/** For each step but those of the first group of a stage, what keeps it from coming earlier. */
export function orderReasons(
  system: System,
  plan: Plan,
  grounding: Grounding = groundingOf(system),
  heard?: Heard,
): OrderReasons {
  const law = lawOf(system, grounding);
  const reasons: OrderReason[] = [];
  const limits = limitsOf(system);
  let state: SystemState = startState(system);
  for (const [stage, { groups }] of plan.stages.entries()) {
    const befores: SystemState[] = [];
    const moves: (readonly Move[])[] = [];
    for (const [group, steps] of groups.entries()) {
      const own = steps.map((step) => moveOf(system, step));
      const told = own.map((move) => reasonOf(system, law, limits, befores, moves, move, heard));
      if (group > 0) reasons.push(...together(told, stage, group));
      befores.push(state);
      moves.push(own);
      state = after(state, own);
    }
  }
  const isProved = law.isSure() || reasons.every(({ cause }) => cause.kind !== "nogoods");
  return { reasons, isProved };
}

/** The moves of one group that are kept from coming earlier by the same, in one. */
function together(told: readonly Reason[], stage: number, group: number): readonly OrderReason[] {
  const found = new Map<string, { readonly reason: Reason; readonly components: number[] }>();
  for (const reason of told) {
    const { move, blockers, cause } = reason;
    const key = JSON.stringify([blockers, cause]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { reason, components: [move.component] });
    else known.components.push(move.component);
  }
  return [...found.values()].map(({ reason: { blockers, cause }, components }) => ({
    stage,
    group,
    components,
    after: blockers,
    cause,
  }));
}

interface Reason {
  readonly move: Move;
  readonly blockers: readonly number[];
  readonly cause: OrderReason["cause"];
}

/** Looked for from the group before it back to the first: where would it be refused, or find no room? */
function reasonOf(
  system: System,
  law: Law,
  allLimits: readonly Crowding[],
  befores: readonly SystemState[],
  moves: readonly (readonly Move[])[],
  move: Move,
  heard: Heard | undefined,
): Reason {
  const { component, to } = move;
  const limits = allLimits.filter(({ counts }) => counts(component));
  for (let group = befores.length - 1; group >= 0; group -= 1) {
    const before = at(befores, group);
    const passed = at(moves, group);
    heard?.(1);
    const violations = law.violations(before, component, to);
    if (violations.length === 0) {
      const full = limits.find(
        ({ most, counts }) => passed.filter((other) => counts(other.component)).length >= most,
      );
      if (full !== undefined) return { move, blockers: [], cause: crowdedBy(full) };
      continue;
    }
    heard?.(passed.length);
    const alone = passed.filter(
      (other) => law.violations(after(before, [other]), component, to).length < violations.length,
    );
    const nogoods = [...new Set(violations.flat())].map((number) => law.nogood(number));
    return {
      move,
      blockers: (alone.length > 0 ? alone : passed).map((other) => other.component),
      cause: { kind: "nogoods", nogoods },
    };
  }
  const { supportsRollback } = at(system.components, component);
  return { move, blockers: [], cause: { kind: supportsRollback ? "free" : "no-rollback" } };
}

function crowdedBy({ rule }: Crowding): OrderReason["cause"] {
  return rule === null ? { kind: "max-parallel" } : { kind: "limit", rule };
}

function moveOf(system: System, step: Plan["stages"][number]["groups"][number][number]): Move {
  const component = system.components.findIndex(({ id }) => id === step.component);
  const { versions } = at(system.types, at(system.components, component).type);
  return { component, from: versions.indexOf(step.from), to: versions.indexOf(step.to) };
}
