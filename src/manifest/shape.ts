import type * as z from "zod";
import type { Problem } from "../core/problem.ts";
import { readOnce } from "../core/read-once.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { nearest, suggestion } from "../core/nearest.ts";
import { placeAt, type Source } from "./source.ts";
import { maxProblems } from "./yaml-problems.ts";
import { entriesOf, entryOf, isEmpty, nodeAt, type YamlNode } from "./yaml-node.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Checks a document against a schema; every issue becomes a Problem at the node that it is about.
 * `values` makes of the nodes what the schema reads.
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  source: Source,
  root: YamlNode,
  values: (node: YamlNode) => unknown = plain,
): Result<T> {
  const parsed = schema.safeParse(values(root), readOnce);
  if (parsed.success) return ok(parsed.data);
  const told = parsed.error.issues.flatMap((issue) => problemsOf({ source, root }, issue, []));
  const misspelt = new Set(told.flatMap(({ meant }) => meant ?? []));
  const isMeant = ({ lacks }: Told) => lacks !== undefined && misspelt.has(lacks);
  return fail(...told.filter((one) => !isMeant(one)).map(({ problem }) => problem));
}

/** A misspelt field is one fault: that the field is missing which it was meant for goes without saying. */
interface Told {
  readonly problem: Problem;
  /** The path of the field that is missing, and of the one that an unknown field was meant for. */
  readonly lacks?: string;
  readonly meant?: string;
}

/** Texts, lists and maps as the schemas see them; an empty value is null. */
function plain(node: YamlNode): unknown {
  if (node.kind === "text") return isEmpty(node) ? null : node.text;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries(entriesOf(node).map(({ key, value }) => [key.text, plain(value)]));
}

interface Subject {
  readonly source: Source;
  readonly root: YamlNode;
}

function problemsOf(subject: Subject, issue: Issue, prefix: Path): readonly Told[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys
        .slice(0, maxProblems + 1)
        .map((key) => unknownField(subject, path, key, issue.message));
    case "invalid_union": {
      const branch = closestBranch(issue.errors);
      if (branch === null) return [unfit(subject, path, issue)];
      return branch.flatMap((inner) => problemsOf(subject, inner, path));
    }
    case "invalid_key":
      return [{ problem: wrongKey(subject, path, issue.issues[0]?.message ?? issue.message) }];
    default:
      return [unfit(subject, path, issue)];
  }
}

/** The form that was meant: the only one whose outermost type fits; null where none or several do. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fitting = branches.filter(
    (issues) => !issues.some(({ path, code }) => path.length === 0 && code === "invalid_type"),
  );
  const [only, ...others] = fitting;
  return only === undefined || others.length > 0 ? null : only;
}

/** Our schemas say what they expect; where one is used without, the type must do. */
function expectedBy(issue: Issue): string {
  if (!issue.message.startsWith("Invalid input")) return issue.message.replace(/^must be /, "");
  if (issue.code !== "invalid_type") return "something else";
  return typeNames[issue.expected] ?? issue.expected;
}

const typeNames: { readonly [type: string]: string } = {
  string: "a text",
  array: "a list",
  object: "a map",
  record: "a map",
};

function unfit({ source, root }: Subject, path: Path, issue: Issue): Told {
  const node = nodeAt(root, path);
  if (node === undefined) {
    const problem = missing({ source, root }, path, expectedBy(issue));
    return { problem, lacks: pathName(path) };
  }
  const expected = expectedBy(issue);
  const got = told(node);
  const problem: Problem = {
    code: issue.code === "invalid_type" ? "wrong-type" : "wrong-value",
    message:
      path.length === 0
        ? `The file must be ${expected}, but is ${got}.`
        : `"${pathName(path)}" must be ${expected}, but is ${got}.`,
    at: placeAt(source, node.start),
    expected,
    got,
    hint: isEmpty(node) ? "Give a value." : `Write ${expected}.`,
  };
  return { problem };
}

function missing({ source, root }: Subject, path: Path, expected: string): Problem {
  const name = String(path.at(-1));
  const owner = path.slice(0, -1);
  const parent = owner.length === 0 ? undefined : keyAt(root, owner);
  const where = owner.length === 0 ? "the file" : `"${pathName(owner)}"`;
  return {
    code: "missing-field",
    message: `The field "${name}" is missing in ${where}.`,
    at: placeAt(source, (parent ?? nodeAt(root, owner) ?? root).start),
    expected,
    hint: `Add "${name}": it must be ${expected}.`,
  };
}

function unknownField({ source, root }: Subject, path: Path, key: string, known: string): Told {
  const entry = entryOf(nodeAt(root, path), key);
  const where = path.length === 0 ? "here" : `in "${pathName(path)}"`;
  const names = known.split(", ");
  const meant = nearest(key, names);
  const problem: Problem = {
    code: "unknown-field",
    message: `There is no field "${key}" ${where}.`,
    at: placeAt(source, (entry?.key ?? root).start),
    expected: `one of ${known}`,
    got: key,
    hint: suggestion(key, names),
  };
  return meant === null ? { problem } : { problem, meant: pathName([...path, meant]) };
}

function wrongKey({ source, root }: Subject, path: Path, message: string): Problem {
  const name = String(path.at(-1));
  const expected = message.replace(/^must be /, "");
  return {
    code: "wrong-value",
    message: `The name "${name.slice(0, 60)}${name.length > 60 ? "..." : ""}" must be ${expected}.`,
    at: placeAt(source, (keyAt(root, path) ?? root).start),
    expected,
    got: name.length > 60 ? `${name.length} characters` : name,
    hint: "Write a shorter or simpler name.",
  };
}

/** The key that holds the node at the path, which is where people look for it. */
function keyAt(root: YamlNode, path: Path): YamlNode | undefined {
  return entryOf(nodeAt(root, path.slice(0, -1)), String(path.at(-1)))?.key;
}

/** `component_types.gateway.stepping_stones[0]` */
function pathName(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}

function told(node: YamlNode): string {
  if (isEmpty(node)) return "empty";
  if (node.kind === "list") return node.items.length === 0 ? "an empty list" : "a list";
  if (node.kind === "map") return node.entries.size === 0 ? "an empty map" : "a map";
  const [line = "", ...more] = node.text.trim().split("\n");
  const length = node.text.length > 256 ? `, ${node.text.length} characters` : "";
  return `"${line.slice(0, 60)}${line.length > 60 || more.length > 0 ? "..." : ""}"${length}`;
}
