import * as z from "zod";
import { configurationShape } from "../../manifest/configuration.ts";
import { constraintsFileShape } from "../../manifest/constraints-file.ts";
import { manifestShape } from "../../manifest/manifest-shape.ts";
import { fleetLineShape } from "../../manifest/fleet-line.ts";
import { stateShape } from "../../manifest/state-file.ts";
import { topologyComponentsShape, topologyShape } from "../../manifest/topology.ts";
import { streamLineShape } from "../../report/events-shape.ts";
import { fleetSummaryShape } from "../../report/fleet-summary.ts";
import { historyShape } from "../../report/history-shape.ts";
import { answerShape } from "../../report/plan-shape.ts";
import { statusShape } from "../../report/status-shape.ts";
import type { SchemaName } from "./schema-names.ts";

type Schema = { readonly title: string; readonly shape: z.ZodType; readonly isYaml: boolean };

const schemas: { readonly [name in SchemaName]: Schema } = {
  manifest: { title: "Manifest", shape: manifestShape(), isYaml: true },
  topology: { title: "Topology", shape: topologyShape(), isYaml: true },
  "topology-components": {
    title: "Components of a Topology",
    shape: topologyComponentsShape(),
    isYaml: true,
  },
  constraints: { title: "Constraints of a device", shape: constraintsFileShape(), isYaml: true },
  state: { title: "State of a System", shape: stateShape, isYaml: true },
  configuration: { title: "Configuration", shape: configurationShape(), isYaml: false },
  "fleet-device": { title: "Line of a fleet", shape: fleetLineShape, isYaml: false },
  plan: { title: "Answer of plan --json", shape: answerShape, isYaml: false },
  "fleet-summary": {
    title: "Summary of a fleet",
    shape: fleetSummaryShape,
    isYaml: false,
  },
  events: { title: "Line of the stream of --json", shape: streamLineShape, isYaml: false },
  status: { title: "Answer of status --json", shape: statusShape, isYaml: false },
  history: { title: "Answer of history --json", shape: historyShape, isYaml: false },
};

/** The JSON Schema (draft 2020-12) of one of our formats, for editors and tools. */
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
