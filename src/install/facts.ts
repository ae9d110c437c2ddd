import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { askInventory } from "../interface/query.ts";
import type { AskedFact } from "../manifest/facts.ts";
import type { Facts } from "../manifest/fact-cells.ts";
import type { Machine } from "./machine.ts";
import type { Settings } from "./settings.ts";
import { ask, askEach, type Surveyed } from "./survey.ts";

/**
 * For each Component what the Topology says of it, and its Inventory, which is asked only where a rule or an edge asks
 * for a fact of its type.
 */
export async function factsOfSurveyed(
  machine: Machine,
  settings: Settings,
  components: readonly Surveyed[],
  asked: readonly AskedFact[],
): Promise<Result<readonly Facts[]>> {
  const keysOf = (type: ComponentType) =>
    asked.flatMap((fact) => (fact.type === type ? [fact.key] : []));
  return await askEach(components, async (component): Promise<Result<Facts>> => {
    const { entry } = component;
    const keys = keysOf(entry.componentType);
    if (keys.length === 0) return ok(entry.facts);
    const inventory = await ask(machine, settings, component, "Inventory", (spec) =>
      askInventory(machine.platform, spec),
    );
    if (!inventory.ok) return inventory;
    const facts = new Map(entry.facts);
    const problems: Problem[] = [];
    for (const key of keys) {
      for (const value of inventory.value.get(key) ?? []) {
        const said = facts.get(key);
        if (said !== undefined && said !== value)
          problems.push(disagree(component, key, said, value));
        facts.set(key, said ?? value);
      }
    }
    return problems.length > 0 ? fail(...problems.slice(0, 10)) : ok(facts);
  });
}

function disagree(
  { id, entry: { at } }: Surveyed,
  key: string,
  said: string,
  value: string,
): Problem {
  return {
    code: "facts-disagree",
    message: `"${key}" of "${id}" is said to be "${said}", and its Inventory says "${value}".`,
    at,
    expected: said,
    got: value,
    hint: `Correct "facts" in the Topology, or what the Inventory reports: a fact has one value.`,
  };
}
