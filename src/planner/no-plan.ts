import { assertNever } from "../core/assert-never.ts";
import type { Rule, System, SystemState } from "../manifest/system.ts";
import type { Core } from "./core.ts";
import { at, type Move } from "./draft.ts";
import type { Objection } from "./judge.ts";
import type { Answer } from "./plan.ts";
import { byRule, distinctRules } from "./rule-order.ts";

type NoPlan = Extract<Answer, { readonly kind: "no-plan" }>;

/** The reasons why there is no plan, in words. */
export const sentence = {
  noArtifact: (system: System, { component, from, to }: Move): NoPlan => {
    const { id, type } = at(system.components, component);
    const { versions } = at(system.types, type);
    return noPlan(
      `No Artifact at hand brings "${id}" from "${at(versions, from)}" to "${at(versions, to)}", directly or by stepping stones.`,
    );
  },
  notAnEndState: (system: System, wanted: SystemState): NoPlan => {
    const types = new Set(system.components.map(({ type }) => type));
    const names = [...types].map((type) => {
      const { name, versions, target } = at(system.types, type);
      return `${name} "${at(versions, target)}"`;
    });
    const all = wanted.length === 0 ? "an empty System" : names.join(", ");
    return noPlan(`The wanted state is not an acceptable end state: ${all}.`);
  },
  orderBreaks: (
    system: System,
    group: readonly Move[],
    { rule, nearby, combination }: Objection,
  ): NoPlan => {
    const ids = group.map(({ component }) => `"${at(system.components, component).id}"`);
    const together = `The hand-written order updates ${ids.join(", ")} when the tables do not allow it`;
    if (rule !== null) return noPlan(`${together}: a row forbids it.`, [rule]);
    const first = nearby.toSorted(byRule)[0];
    const what = combination.map(({ type, version }) => {
      const { name, versions } = at(system.types, type);
      return `${name} "${at(versions, version)}"`;
    });
    const state = what.length === 0 ? "the state that this leads to" : what.join(" with ");
    return noPlan(`${together}: no row allows ${state}.`, first === undefined ? [] : [first]);
  },
  noOrder: (core: Core): NoPlan => {
    const said = "No order of the updates passes acceptable states only";
    switch (core.kind) {
      case "rules":
        return noPlan(
          core.isReduced ? `${said}.` : `${said}. The rules were not reduced further.`,
          core.rules,
        );
      case "no-rest":
        return noPlan(
          `${said}, whatever the transition tables say: stages must end in end states.`,
        );
      case "not-found":
        return noPlan(`${said}. Which rules forbid it was not found within the limit.`);
      default:
        return assertNever(core);
    }
  },
  noRests: noPlan(
    "Without a transition table only end states may be passed through, and no order of the updates does.",
  ),
};

function noPlan(reason: string, core: readonly Rule[] = []): NoPlan {
  return { kind: "no-plan", core: distinctRules(core), reason };
}
