import type { ComponentId, ComponentType } from "../core/ids.ts";
import { jsonText } from "./json-text.ts";

/** Where a Component is, as it has told itself. */
export interface ToldState {
  readonly id: ComponentId;
  readonly type: ComponentType;
  /** The name of its Interface. */
  readonly interface: string;
  readonly provides: ReadonlyMap<string, string>;
  /** What the Topology says of it. */
  readonly facts: ReadonlyMap<string, string>;
}

/** A state file that says where these Components are. A text of JSON is one of YAML, whatever is in it. */
export function stateFileLines(components: readonly ToldState[]): readonly string[] {
  return [
    "components:",
    ...components.flatMap(({ id, type, interface: name, provides, facts }) => [
      `  - component_type: ${jsonText(type)}`,
      `    id: ${jsonText(id)}`,
      ...(name === type ? [] : [`    interface: ${jsonText(name)}`]),
      provides.size === 0 ? "    provides: {}" : "    provides:",
      ...pairLines(provides),
      ...(facts.size === 0 ? [] : ["    facts:", ...pairLines(facts)]),
    ]),
  ];
}

function pairLines(pairs: ReadonlyMap<string, string>): readonly string[] {
  return [...pairs].map(([key, value]) => `      ${jsonText(key)}: ${jsonText(value)}`);
}
