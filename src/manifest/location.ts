import * as z from "zod";

/** Where the bytes of an Artifact lie. Paths are absolute, so that a later run finds them from any directory. */
export const ArtifactLocation = z.discriminatedUnion("kind", [
  /** An entry of a bundle, read in place. */
  z.strictObject({ kind: z.literal("bundle"), bundle: z.string(), entry: z.string() }).readonly(),
  z.strictObject({ kind: z.literal("file"), path: z.string() }).readonly(),
]);
export type ArtifactLocation = z.infer<typeof ArtifactLocation>;
