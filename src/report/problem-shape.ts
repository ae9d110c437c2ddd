import * as z from "zod";

export const placeShape = z.object({
  file: z.string(),
  line: z.int().exactOptional(),
  column: z.int().exactOptional(),
});

/** A problem as tools read it, without its `type`; see docs/output.md. */
const problemFields = {
  code: z.string(),
  message: z.string(),
  at: placeShape.exactOptional(),
  expected: z.string().exactOptional(),
  got: z.string().exactOptional(),
  hint: z.string(),
};

export const errorShape = z.object({ type: z.literal("error"), exit: z.int(), ...problemFields });
export const warningShape = z.object({ type: z.literal("warning"), ...problemFields });
