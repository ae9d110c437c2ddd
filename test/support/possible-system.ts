import { unknownVersion } from "../../src/core/ids.ts";
import type { System } from "../../src/manifest/system.ts";
import { withAskedFacts } from "./asked-facts.ts";
import { randomSystem } from "./planner-random.ts";

/**
 * A random System as there may be one: no Artifact is called `?` (`artifact-name-unusable`), so that nothing can be
 * installed that nobody can name. The planner does not mind. Of some types facts are asked.
 */
export function possibleSystem(seed: number): System {
  const system = withAskedFacts(randomSystem(seed), seed);
  const isNamed = (type: number, version: number): boolean =>
    system.types[type]?.versions[version] !== unknownVersion;
  return {
    ...system,
    types: system.types.map((type, index) => ({
      ...type,
      target: isNamed(index, type.target) ? type.target : 0,
    })),
    components: system.components.map((component) => ({
      ...component,
      hops: component.hops.map((hops) => hops.filter((to) => isNamed(component.type, to))),
    })),
  };
}
