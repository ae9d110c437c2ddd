/**
 * What has a JSON Schema: files, of which in YAML a number may stand for its text, and what `--json` prints. The
 * command line is read by these, without the schemas.
 */
export const schemaNames = [
  "manifest",
  "topology",
  "topology-components",
  "constraints",
  "state",
  "configuration",
  "fleet-device",
  "plan",
  "fleet-summary",
  "events",
  "status",
  "history",
] as const;
export type SchemaName = (typeof schemaNames)[number];
