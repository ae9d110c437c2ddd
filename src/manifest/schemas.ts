import * as z from "zod";
import { configurationShape } from "./configuration.ts";
import { constraintsFileShape } from "./constraints-file.ts";
import { manifestShape } from "./manifest-shape.ts";
import { stateShape } from "./state-file.ts";
import { topologyComponentsShape, topologyShape } from "./topology.ts";

/** The files that have a JSON Schema; in all but the configuration a number may stand for its text. */
export const schemaNames = [
  "manifest",
  "topology",
  "topology-components",
  "constraints",
  "state",
  "configuration",
] as const;
export type SchemaName = (typeof schemaNames)[number];

type Schema = { readonly title: string; readonly shape: z.ZodType; readonly isYaml: boolean };

const schemas: { readonly [name in SchemaName]: Schema } = {
  manifest: { title: "Manifest", shape: manifestShape, isYaml: true },
  topology: { title: "Topology", shape: topologyShape, isYaml: true },
  "topology-components": {
    title: "Components of a Topology",
    shape: topologyComponentsShape,
    isYaml: true,
  },
  constraints: { title: "Constraints of a device", shape: constraintsFileShape, isYaml: true },
  state: { title: "State of a System", shape: stateShape, isYaml: true },
  configuration: { title: "Configuration", shape: configurationShape, isYaml: false },
};

/** The JSON Schema (draft 2020-12) of one of our files, for editors. */
export function jsonSchema(name: SchemaName): Readonly<Record<string, unknown>> {
  const { title, shape, isYaml } = schemas[name];
  const schema = z.toJSONSchema(shape, {
    io: "input",
    override: ({ jsonSchema: json }) => {
      // 2.10 is a number to an editor, and a text to us.
      const isFree =
        json.const === undefined && json.enum === undefined && json.format === undefined;
      if (isYaml && isFree && json.type === "string") json.type = ["string", "number"];
    },
  });
  return { title, ...schema };
}
