import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { schemaNames } from "../../../src/cli/commands/schema-names.ts";
import { jsonSchema } from "../../../src/cli/commands/schemas.ts";

const properties = z.looseObject({
  title: z.string(),
  properties: z.record(z.string(), z.unknown()),
});

test.each(schemaNames)("the schema of %s is committed as the program prints it", (name) => {
  const committed: unknown = JSON.parse(readFileSync(`fixtures/schemas/${name}.json`, "utf8"));
  expect(jsonSchema(name)).toEqual(committed);
});

test.each(schemaNames)("the patterns of %s are read by engines without \\p and \\u", (name) => {
  const lines = JSON.stringify(jsonSchema(name), null, 1).split("\n");
  const patterns = lines.filter((line) => line.includes('"pattern":'));
  expect(patterns.filter((line) => /\\\\[pPu]/.test(line))).toEqual([]);
});

test("a schema says for a scalar what people write, not what we read it as", () => {
  const { properties: topology } = properties.parse(jsonSchema("topology"));
  const { items } = z
    .looseObject({ items: properties.omit({ title: true }) })
    .parse(topology["components"]);
  expect(items.properties["timeout_seconds"]).toEqual({
    type: "integer",
    minimum: 1,
    maximum: 2_000_000,
  });
  expect(items.properties["required"]).toEqual({
    type: ["boolean", "string"],
    enum: ["yes", "no", true, false],
  });
  // 2.10 is a number to an editor, and a text to us.
  expect(items.properties["interface_args"]).toMatchObject({
    items: { type: ["string", "number"] },
  });
});
