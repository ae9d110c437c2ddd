import * as z from "zod";
import { limits } from "./limits.ts";

/** An Artifact on the Server, as it is listed: what it claims is verified once its bytes are there. */
export interface ServerCandidate {
  readonly id: string;
  readonly name: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Null: the Server lists none, so that nothing tells what it would change. */
  readonly provides: ReadonlyMap<string, string> | null;
  readonly depends: ReadonlyMap<string, readonly string[]>;
  /** Globs; null: there is no such field, which clears all. */
  readonly clears: readonly string[] | null;
}

const name = z
  .string()
  .regex(/^[^\p{Cc}]+$/u)
  .max(limits.name);
/** A part of a URL's path; these two would lead elsewhere. */
const id = name.refine((given) => given !== "." && given !== "..");
const text = z
  .string()
  .regex(/^\P{Cc}*$/u)
  .max(limits.text);
const list = z.array(text).max(limits.entries).readonly();
const textOrList = z.union([text.transform((value): readonly string[] => [value]), list]);

/** An object as a Map: a key such as `__proto__` is one like any other. */
function mapOf<T>(value: z.ZodType<T>) {
  return z
    .custom<object>((given) => typeof given === "object" && given !== null && !Array.isArray(given))
    .transform((given) => Object.entries(given))
    .pipe(z.array(z.tuple([text, value])).max(limits.entries))
    .transform((entries): ReadonlyMap<string, T> => new Map(entries));
}

/** The form is not published: what is not needed may have any, and `null` is as good as nothing. */
const Item = z.object({
  id,
  name: name.optional(),
  artifact_name: name.optional(),
  size: z.int().min(1),
  artifact_provides: mapOf(text).nullish(),
  artifact_depends: mapOf(textOrList).nullish(),
  clears_artifact_provides: list.nullish(),
});

/** Null: it cannot be read. */
export function readItem(item: unknown): ServerCandidate | null {
  const read = Item.safeParse(item);
  if (!read.success) return null;
  const { id, size, artifact_provides: provides, artifact_depends: depends } = read.data;
  const called = read.data.name ?? read.data.artifact_name ?? provides?.get("artifact_name");
  if (called === undefined) return null;
  return {
    id,
    name: called,
    size,
    provides: provides ?? null,
    depends: depends ?? new Map(),
    clears: read.data.clears_artifact_provides ?? null,
  };
}
