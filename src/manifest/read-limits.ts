import * as z from "zod";
import type { WrittenLimit } from "./limit.ts";
import { placeAt, type Source } from "./source.ts";
import { fields, listOf, wholeNumber } from "./words.ts";
import { writtenRule } from "./yaml-flow.ts";
import { textOf, valueOf, type YamlNode } from "./yaml-node.ts";

const share = /^(?:[1-9][0-9]?|100)%$/;
const amount = `a whole number from 1 on, or a share such as "25%"`;

/** What stands below `limits`. */
export const limitsShape = listOf(
  fields({
    of: listOf(z.string({ error: "a Component type, or TYPE@ID" }), "Component types").min(1, {
      error: "a list of at least one Component type",
    }),
    at_most: z.union([wholeNumber(1, 10_000), z.string().regex(share, { error: amount })], {
      error: amount,
    }),
  }),
  "limits",
);

/** What is not of the right shape is left to the schema. */
export function readLimits(source: Source, node: YamlNode | undefined): readonly WrittenLimit[] {
  if (node?.kind !== "list") return [];
  return node.items.flatMap((item): readonly WrittenLimit[] => {
    const heads = valueOf(item, "of");
    const most = textOf(valueOf(item, "at_most")) ?? "";
    if (heads?.kind !== "list") return [];
    const of = heads.items.flatMap((head) =>
      head.kind === "text" ? [{ head: head.text, at: placeAt(source, head.start) }] : [],
    );
    const number = Number(most.replace("%", ""));
    const atMost = most.endsWith("%") ? { percent: number } : { count: number };
    const rule = writtenRule(source, item, item, "");
    return number >= 1 ? [{ of, atMost, rule, at: placeAt(source, item.start) }] : [];
  });
}
