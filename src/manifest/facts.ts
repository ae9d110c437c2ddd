import type { Facts } from "./fact-cells.ts";
import type { MatchComponent } from "./match-input.ts";

/** What is known of a Component besides its version. */
export function factsOf({ current }: MatchComponent): Facts {
  return current.kind === "provides" ? current.provides : new Map();
}
