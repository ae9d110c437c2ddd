import { assertNever } from "../../core/assert-never.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { violationOfGroup } from "./nogood-extraction.ts";
import type { PlanConflict } from "./plan-conflicts.ts";
import { at, type MovePlan, type Move } from "../model/moves.ts";
import { refusedEndState } from "./refused-goal.ts";
import type { Broken } from "../stage/written-order.ts";
import type { Acceptability, Violation } from "../constraints/acceptability.ts";
import type { Nogood } from "../model/conflict.ts";
import type { NoPlan } from "../model/plan.ts";

/** The reasons why there is no plan, in words. */
export const sentence = {
  noArtifact: (system: System, { component, from, to }: Move): NoPlan => {
    const { id, type } = at(system.components, component);
    const { name, versions } = at(system.types, type);
    const reason = `No Artifact at hand brings "${id}" from "${at(versions, from)}" to "${at(versions, to)}", directly or by stepping stones.`;
    return { ...noPlan(reason), stuck: name };
  },
  notAnEndState: (system: System, wanted: SystemState): NoPlan => {
    const types = new Set(system.components.map(({ type }) => type));
    const names = [...types].map((type) => {
      const { name, versions, target } = at(system.types, type);
      return `${name} "${at(versions, target)}"`;
    });
    const all = wanted.length === 0 ? "an empty System" : names.join(", ");
    const refusing = refusedEndState(system).flatMap((nogood) =>
      nogood.rule === null ? [] : [`${nogood.rule.file}:${String(nogood.rule.line)}`],
    );
    const where =
      refusing.length < 2 ? "" : ` Each of these tables refuses it: ${refusing.join(", ")}.`;
    return noPlan(`The wanted state is not an acceptable end state: ${all}.${where}`);
  },
  orderBreaks: (
    system: System,
    acceptability: Acceptability,
    groups: MovePlan[number],
    { group, violation }: Broken,
  ): NoPlan => {
    const ids = at(groups, group).map(
      ({ component }) => `"${at(system.components, component).id}"`,
    );
    const { rule } = violation;
    const why =
      rule === null
        ? `no row${tableOf(violation)} allows ${stateOf(system, violation)}`
        : `${rule.file}:${String(rule.line)} says NO`;
    return noPlan(
      `Group ${String(group + 1)} of the hand-written order updates ${ids.join(", ")} when the tables do not allow it: ${why}.`,
      [violationOfGroup(system, acceptability, groups, group)],
    );
  },
  noOrder: (conflict: PlanConflict, isEndStatesOnly: boolean): NoPlan => {
    const said = isEndStatesOnly
      ? "Only end states may be passed through, for the Manifest has no transition table, and no order of the updates does that and keeps the other rules"
      : "No order of the updates passes acceptable states only";
    switch (conflict.kind) {
      case "rows": {
        const { nogoods, isIrreducible } = conflict;
        const more = isIrreducible ? "" : " The rules were not reduced further.";
        return { ...noPlan(`${said}.${more}`, nogoods), isIrreducible };
      }
      case "no-rest":
        if (isEndStatesOnly) return sentence.noRests;
        return noPlan(
          `${said}, whatever the transition tables say: stages must end in end states.`,
        );
      case "not-found":
        return noPlan(`${said}. Which rules forbid it was not found within the limit.`);
      default:
        return assertNever(conflict);
    }
  },
  noRests: noPlan(
    "Without a transition table only end states may be passed through, and no order of the updates does.",
  ),
};

function tableOf({ table }: Violation): string {
  return table === null ? "" : ` of "${table}"`;
}

function stateOf({ types }: System, { combination }: Violation): string {
  if (combination.length === 0) return "the state that this leads to";
  return combination
    .map(({ type, version }) => {
      const { name, versions } = at(types, type);
      return `${name} "${at(versions, version)}"`;
    })
    .join(" with ");
}

function noPlan(reason: string, core: readonly Nogood[] = []): NoPlan {
  return { kind: "no-plan", core, isIrreducible: false, isAlone: false, reason, stuck: null };
}
