import * as z from "zod";
import { durationMs, durationPattern } from "../core/duration.ts";

/**
 * What stands at the leaves of our YAML files. Scalars reach the schemas as the text that was written,
 * so each of these says by `meta` what the JSON Schema shall call it. An error completes the sentence
 * "... must be".
 */

/** A map with exactly these fields. The error for an unknown field lists the known ones. */
export function fields<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? known : `a map with ${known}`),
  });
}

export function listOf<Item extends z.ZodType>(item: Item, what: string): z.ZodArray<Item> {
  return z.array(item, { error: `a list of ${what}` });
}

/*
 * Patterns show in the published schemas: they use what every engine knows, and no \p. In ours that makes a set of all
 * of Unicode each time, which takes long. Control characters are \x00 to \x1f and \x7f to \x9f, for ever.
 */

/** Shown and journaled: no control characters, no blanks at its ends. */
export const label = z
  .string({ error: "a text" })
  .regex(/^[^\s\x00-\x1f\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]{0,254}[^\s\x00-\x1f\x7f-\x9f])?$/u, {
    error: "a text of 1 to 256 characters on one line, without blanks at its ends",
  });

/** A path, an argument: anything that a system call takes. */
export const plainText = z
  .string({ error: "a text" })
  .regex(/^[^\x00]*$/, { error: "a text without NUL" });

export const path = z.string({ error: "a path" }).regex(/^[^\x00-\x1f\x7f-\x9f]{1,4096}$/u, {
  error: "a path of at most 4096 characters, without control characters",
});

/** A single safe part of a path. */
export const fileName = z
  .string({ error: "a file name" })
  .regex(/^(?!\.{1,2}$)[^/\x00-\x1f\x7f-\x9f]{1,255}$/u, {
    error: `a file name without "/", of at most 255 characters`,
  });

/** What no update changes: `hw_rev: B`. */
export const factsShape = z.record(label, label, { error: "a map of keys and values" });

export function wholeNumber(least: number, most: number) {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least} on`
      : `a whole number from ${least} to ${most}`;
  return z
    .string({ error })
    .regex(/^[0-9]{1,16}$/, { error, abort: true })
    .meta({ type: "integer", pattern: undefined, minimum: least, maximum: most })
    .transform(Number)
    .refine((number) => number >= least && number <= most, { error });
}

const lasting = "a duration such as 90s, 15m, 4h or 2d";

/** Milliseconds. */
export const duration = z
  .string({ error: lasting })
  .regex(durationPattern, { error: lasting, abort: true })
  .transform((text) => durationMs(text) ?? 0);

export const yesOrNo = z
  .string({ error: "yes or no" })
  .regex(/^(?:yes|no|true|false)$/i, { error: "yes or no" })
  .meta({ type: ["boolean", "string"], pattern: undefined, enum: ["yes", "no", true, false] })
  .transform((text) => /^(?:yes|true)$/i.test(text));

const sum = "a SHA-256 in 64 lower-case hexadecimal digits";

export const checksum = z
  .string({ error: sum })
  .regex(/^[0-9a-f]{64}$/, { error: sum })
  .brand<"Sha256">();

/** RFC 3339, with the zone. */
export const time = z.iso.datetime({
  offset: true,
  error: "a time such as 2027-01-31T00:00:00Z",
});
