import { defaultNodeLimit } from "../core/node-limit.ts";
import type { System } from "../manifest/system.ts";
import type { Plan } from "../planner/model/plan.ts";
import type { Begin } from "./records.ts";

/** What the Topology says of a Component that is interrupted. */
export type InterruptPolicy = (component: string) => Begin["components"][number]["onInterrupt"];

interface PaperOptions {
  readonly policy?: InterruptPolicy;
  /** For ways out. */
  readonly nodeLimit?: number;
}

/** A deployment that nobody will make: its machine may be asked what it would do. */
export function beginOnPaper(
  system: System,
  plan: Plan,
  { policy = () => "rollback", nodeLimit = defaultNodeLimit }: PaperOptions = {},
): Begin {
  return {
    type: "begin",
    format: 1,
    deployment: "on-paper",
    at: "1970-01-01T00:00:00.000Z",
    manifest: "on-paper",
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
    nodeLimit,
  };
}
