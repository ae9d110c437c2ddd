import { defaultNodeLimit } from "../core/node-limit.ts";
import type { System } from "../manifest/system.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Begin, PlannedGate } from "./records.ts";

/** What the Topology says of a Component that is interrupted. */
export type InterruptPolicy = (component: string) => Begin["components"][number]["onInterrupt"];

interface SyntheticBeginOptions {
  readonly policy?: InterruptPolicy;
  /** For ways out. */
  readonly nodeLimit?: number;
  readonly gates?: readonly PlannedGate[];
}

/** The begin of a deployment that is never made: its machine answers what it would do. */
export function syntheticBegin(
  system: System,
  plan: Plan,
  {
    policy = () => "rollback",
    nodeLimit = defaultNodeLimit,
    gates = [],
  }: SyntheticBeginOptions = {},
): Begin {
  return {
    type: "begin",
    format: 1,
    deployment: "synthetic",
    at: "1970-01-01T00:00:00.000Z",
    manifest: "synthetic",
    sequence: null,
    exitOnReboot: false,
    system,
    plan,
    components: system.components.flatMap(({ id, type }) => {
      const componentType = system.types[type]?.name;
      if (componentType === undefined) return [];
      const onInterrupt = policy(id);
      return [{ id, componentType, interface: "", args: [], timeoutMs: 1, onInterrupt }];
    }),
    artifacts: [],
    ...(gates.length === 0 ? {} : { gates }),
    nodeLimit,
  };
}
