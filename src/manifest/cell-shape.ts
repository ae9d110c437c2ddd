import * as z from "zod";

/** A cell of a table or a rule, and `depends`. */
export const cellShape = z.union(
  [
    z.string({ error: "a version" }),
    z.array(z.string({ error: "a version" }), { error: "a list of versions" }).min(1, {
      error: "a version, or a list of at least one",
    }),
  ],
  { error: "a version, or a list of versions" },
);
