import * as z from "zod";
import { isSafePart } from "./safe-name.ts";

/** Keys and values become lines `key=value` and files that hold a value. */
const line = z
  .string()
  .regex(/^[^\x00-\x1f\x7f-\x9f]*$/u, { error: "must have no control characters" });
const keyForm = /^[^\x00-\x1f\x7f-\x9f =]{1,256}$/u;
const list = z.array(line).min(1).readonly();

/** An object as a Map, so that a key such as `__proto__` is a key like any other. */
function mapOf<T>(value: z.ZodType<T>, form: string) {
  return z.unknown().transform((given, context): ReadonlyMap<string, T> => {
    const map = new Map<string, T>();
    const complain = (message: string, ...path: readonly string[]) =>
      context.addIssue({ code: "custom", path: [...path], message });
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      complain("must be an object");
      return map;
    }
    for (const [key, each] of Object.entries(given)) {
      const parsed = value.safeParse(each);
      if (!keyForm.test(key))
        complain("is not a key of 1 to 256 characters without blanks and `=`", key);
      else if (!parsed.success) complain(`must be ${form}`, key);
      else map.set(key, parsed.data);
    }
    return map;
  });
}

/** Real clients look for an update module of this name, so it is one part of a path. */
const payloadType = z
  .string()
  .refine(isSafePart, { error: "must be a name without `/`, of at most 255 bytes" });

const headerDepends = mapOf(list, "a list of texts").refine(
  (depends) => depends.has("device_type"),
  {
    error: "must name a `device_type`",
  },
);

/** As strict as mender-artifact: no field but these, and what it depends on in lists. */
export const HeaderInfo = z.strictObject({
  /** Null or empty: an Artifact without a payload, told apart for its own problem. */
  payloads: z.array(z.object({ type: payloadType.or(z.literal("")).nullable() })),
  artifact_provides: z.strictObject({ artifact_name: line, artifact_group: line.optional() }),
  artifact_depends: headerDepends.optional(),
});

const textOrList = z.union([line.transform((value): readonly string[] => [value]), list]);

export const TypeInfo = z.object({
  type: payloadType,
  artifact_provides: mapOf(line, "text").optional(),
  artifact_depends: mapOf(textOrList, "text or a list of texts").optional(),
  clears_artifact_provides: z.array(line).readonly().optional(),
});

/** For the Interface alone: we only see to it that it is JSON. */
export const MetaData = z.record(z.string(), z.unknown());
