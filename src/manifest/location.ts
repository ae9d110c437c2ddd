import * as z from "zod";

/** Where the bytes of an Artifact lie. Paths are absolute, so that a later run finds them from any directory. */
export const ArtifactLocation = z.discriminatedUnion("kind", [
  /** An entry of a bundle, read in place. */
  z.strictObject({ kind: z.literal("bundle"), bundle: z.string(), entry: z.string() }).readonly(),
  z.strictObject({ kind: z.literal("file"), path: z.string() }).readonly(),
  /** An entry of the cache; it may come to lie elsewhere in it. Bytes of the whole file. */
  z
    .strictObject({ kind: z.literal("cache"), path: z.string(), size: z.int().positive() })
    .readonly(),
  /** On the Mender Server, as it was listed there; or in the cache since. */
  z
    .strictObject({
      kind: z.literal("server"),
      id: z.string(),
      name: z.string(),
      size: z.int().positive(),
    })
    .readonly(),
]);
export type ArtifactLocation = z.infer<typeof ArtifactLocation>;
