import type { WrittenLimit } from "./limit.ts";
import type { WrittenRule } from "./rule.ts";
import type { ConstraintTable } from "./table.ts";

/**
 * The tables and rules as people write them, in Markdown or in YAML: cells are still texts, for what they stand
 * for depends on the versions that there are; see match.ts.
 */
export interface Constraints {
  readonly file: string;
  /** Null only in a device's own file. */
  readonly endStates: ConstraintTable | null;
  readonly transitionStates: readonly ConstraintTable[];
  /** `transition_states: any`: whatever the rules allow may be passed. */
  readonly passesAny: boolean;
  readonly rules: readonly WrittenRule[];
  readonly limits: readonly WrittenLimit[];
}
