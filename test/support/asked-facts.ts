import type { System } from "../../src/manifest/system.ts";

/** The same System, where rules ask for a fact of some of its types: of every third, another one for each seed. */
export function withAskedFacts(system: System, seed: number): System {
  const components = system.components.map((component, index) =>
    (component.type + seed) % 3 === 0
      ? { ...component, facts: [{ key: "hw_rev", value: index % 2 === 0 ? "B" : null }] }
      : component,
  );
  return { ...system, components };
}
