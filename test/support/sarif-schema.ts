import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv-draft-04";

const place = createRequire(import.meta.url).resolve(
  "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
);
const validate = new Ajv.default({
  strict: false,
  validateFormats: false,
  // One of its patterns is none with /u.
  unicodeRegExp: false,
  allErrors: true,
}).compile(JSON.parse(readFileSync(place, "utf8")));

/** What the published JSON Schema of SARIF 2.1.0 finds wrong. */
export function sarifMistakes(log: unknown): readonly string[] {
  validate(log);
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ""}`,
  );
}
