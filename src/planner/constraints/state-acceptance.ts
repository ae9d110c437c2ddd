import type { SystemVersion } from "../../core/ids.ts";
import type { System, SystemState } from "../../manifest/system.ts";
import { acceptabilityOf } from "./acceptability.ts";
import { type Grounding, groundingOf } from "./grounding.ts";

/** What the tables say of whole states, on the way that begins in `start`. */
export interface Acceptance {
  /** The System version where the state is an acceptable end state; null where it is none. */
  readonly endState: (state: SystemState) => SystemVersion | null;
  /** Whether the state may be passed through. What already stands in `start` is no reason to refuse it. */
  readonly transit: (state: SystemState) => boolean;
}

export function acceptance(
  system: System,
  start: SystemState,
  grounding: Grounding = groundingOf(system),
): Acceptance {
  const { endName, violation } = acceptabilityOf(startingIn(system, start), grounding);
  return {
    endState: endName,
    transit: (state) => violation(state.map((version) => [version])) === null,
  };
}

/**
 * The same System, its Components in this state. By which way one that is elsewhere than at its start came there is not
 * known: it has ways only where all of them lead to the same place.
 */
export function startingIn(system: System, start: SystemState): System {
  return {
    ...system,
    components: system.components.map((component, at) => {
      const version = start[at] ?? component.start;
      if (version === component.start) return component;
      const { ways, ...rest } = component;
      const places = [...(ways?.places ?? []).keys()];
      const [place, ...others] = places.filter((one) => ways?.places[one]?.version === version);
      if (ways === undefined || place === undefined || others.length > 0)
        return { ...rest, start: version };
      return { ...rest, start: version, ways: { ...ways, start: place } };
    }),
  };
}
