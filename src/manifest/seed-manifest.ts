import type { ComponentType } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import type { SeedManifestShape } from "./manifest-shape.ts";
import { placeAt, type Source } from "./source.ts";
import type { Topology } from "./topology.ts";
import { entriesOf, entryOf, nodeAt, valueOf, type YamlNode } from "./yaml-node.ts";

/** The Components that a Manifest of the first form names itself; null where it names none. */
export function inlineTopology(
  source: Source,
  root: YamlNode,
  shape: SeedManifestShape,
): Topology | null {
  if (shape.components === undefined) return null;
  const interfaces = new Map(
    Object.entries(shape.component_types).map(([type, wanted]) => [type, wanted.update_interface]),
  );
  const placeOf = (node: YamlNode | undefined) => placeAt(source, node?.start ?? 0);
  const interfaceOf = (type: ComponentType) => interfaces.get(type) ?? type;
  return {
    file: source.file,
    systemType: null,
    gates: [],
    components: shape.components.map((component, index) => ({
      componentType: component.component_type,
      id: component.id ?? null,
      interface: interfaceOf(component.component_type),
      args: component.args ?? [],
      timeoutSeconds: null,
      onInterrupt: "rollback",
      supportsRollback: null,
      isRequired: true,
      rebootsHost: false,
      facts: new Map(),
      at: placeOf(nodeAt(root, ["components", index])),
      interfaceAt: placeOf(
        nodeAt(root, ["component_types", component.component_type, "update_interface"]) ??
          nodeAt(root, ["components", index, "component_type"]),
      ),
    })),
  };
}

/** One note for each thing that is written differently today. */
export function seedNotes(source: Source, root: YamlNode): readonly Problem[] {
  const note = (node: YamlNode | undefined, what: string, hint: string): readonly Problem[] =>
    node === undefined
      ? []
      : [
          {
            code: "deprecated-form",
            message: `${what} belongs to the first form of the Manifest.`,
            at: placeAt(source, node.start),
            hint,
          },
        ];
  const kind = entryOf(root, "kind");
  const spelled = kind?.value.kind === "text" ? kind.value.text : "";
  const isUnchecked = entryOf(root, "system_types_compatible") === undefined;
  const types = valueOf(root, "component_types");
  const interfaces = entriesOf(types).flatMap(({ value }) =>
    note(
      entryOf(value, "update_interface")?.key,
      `"update_interface"`,
      `Name the Interface in the Topology: "interface".`,
    ),
  );
  return [
    ...note(kind?.key, `"kind: ${spelled}"`, `Write "kind: manifest".`),
    ...note(entryOf(root, "version")?.key, `"version"`, `Write "name" in its place.`),
    ...interfaces,
    ...note(
      entryOf(root, "components")?.key,
      `"components"`,
      "Describe the Components in the device's Topology.",
    ),
    ...note(
      isUnchecked ? root : undefined,
      `A Manifest without "system_types_compatible"`,
      "Add it: without it the Manifest is taken for any System.",
    ),
  ];
}
