import type * as z from "zod";

/** Where a document has not the form of a certificate, what must stand there, and what does. */
export interface FormFault {
  readonly place: string;
  readonly expected: string;
  readonly got: string;
}

export function formFault(document: unknown, found: z.core.$ZodIssue): FormFault {
  const issue = closest(found);
  const place = issue.path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
  const got =
    issue.code === "unrecognized_keys"
      ? `the field "${issue.keys[0] ?? ""}"`
      : shown(valueAt(document, issue.path));
  return {
    place: place === "" ? "its outermost level" : `"${place}"`,
    expected: expectedBy(issue),
    got,
  };
}

/** Of a value with several forms, what is wrong in the one that it comes closest to. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const [branch] = issue.errors.toSorted((a, b) => a.length - b.length);
  const [inner] = branch ?? [];
  return inner === undefined ? issue : closest({ ...inner, path: [...issue.path, ...inner.path] });
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    // The word that tells which of several forms it is.
    case "invalid_union":
      return "options" in issue && issue.options !== undefined
        ? oneOf(issue.options.map((value) => JSON.stringify(value)))
        : "another value";
    case "invalid_type":
      return typeNames[issue.expected] ?? "another value";
    case "invalid_value":
      return oneOf(issue.values.map((value) => JSON.stringify(String(value))));
    case "unrecognized_keys":
      return "known fields only";
    case "too_small":
      return issue.origin === "array"
        ? `a list of at least ${issue.minimum}`
        : `a whole number ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`;
    case "custom":
      return `what agrees with itself (${issue.message})`;
    default:
      return "another value";
  }
}

const typeNames: { readonly [type: string]: string } = {
  string: "a text",
  array: "a list",
  tuple: "a list",
  object: "a map",
  record: "a map",
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
};

function oneOf(values: readonly string[]): string {
  const last = values.at(-1) ?? "";
  return values.length < 2 ? last : `${values.slice(0, -1).join(", ")} or ${last}`;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined,
    document,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
