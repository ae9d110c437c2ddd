import * as z from "zod";
import { cellShape } from "./cell-shape.ts";
import { fields, label, listOf, wholeNumber } from "./words.ts";

const conditions = z.record(z.string(), cellShape, {
  error: "a map of Component types, each with a cell",
});

const head = z.string({ error: "a Component type" });

/** Of a number that is read as text; larger ones are no distance of anybody. */
const distance = wholeNumber(0, 1_000_000).exactOptional();

const ruleShape = fields({
  name: label.exactOptional(),
  when: conditions.exactOptional(),
  require: conditions.exactOptional(),
  same: z
    .record(
      z.string(),
      z.enum(["name", "major", "minor"], { error: `"name", "major" or "minor"` }),
      { error: "a map of Component types, each with name, major or minor" },
    )
    .exactOptional(),
  compare: fields({
    ahead: head.exactOptional(),
    behind: head.exactOptional(),
    between: head.exactOptional(),
    within: fields({ major: distance, minor: distance }),
  }).exactOptional(),
  sharing: label.exactOptional(),
  holds: z
    .enum(["always", "at_rest", "in_transit"], {
      error: `"always", "at_rest" or "in_transit"`,
    })
    .exactOptional(),
});

/** What stands below `rules`. */
export const rulesShape = listOf(ruleShape, "rules");
