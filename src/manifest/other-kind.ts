import type { Problem } from "../core/problem.ts";
import { isSeedForm } from "./manifest-checks.ts";
import { isMeant } from "../core/nearest.ts";
import type { Mistaken } from "./shaped-file.ts";
import { placeAt, readSource, type Source, type TextFile } from "./source.ts";
import { entriesOf, isEmpty, valueOf, type YamlNode } from "./yaml-node.ts";

type Kind = "Manifest" | "Topology" | "state file";

/** A file that is wanted, and how another one is told from it. */
interface WantedKind {
  readonly code: Problem["code"];
  readonly kind: Kind;
  readonly give: string;
  /** Fields of which each such file has one, however wrong it is. */
  readonly marks: readonly string[];
}

const aManifest: WantedKind = {
  code: "not-a-manifest",
  kind: "Manifest",
  give: "the Manifest, or a bundle",
  marks: ["api_version", "kind", "system_types_compatible", "component_types", "constraints"],
};

const aStateFile: WantedKind = {
  code: "not-a-state-file",
  kind: "state file",
  give: "the file that says in which versions the Components are",
  marks: ["components"],
};

export const notManifest = mistakenFor(aManifest);
export const notStateFile = mistakenFor(aStateFile);

function mistakenFor(wanted: WantedKind): Mistaken {
  return {
    document: (source, root) => otherKind(source, root, wanted),
    text: (file) => otherText(file, wanted),
  };
}

/** A file of another kind: one problem. Null: nothing says that it is another. */
function otherKind(source: Source, root: YamlNode, wanted: WantedKind): Problem | null {
  const kind = kindOf(root);
  if (kind === null) return isForeign(root, wanted) ? foreign(source, root, wanted) : null;
  if (kind === wanted.kind) return null;
  return {
    code: wanted.code,
    message: `"${source.file}" is a ${kind}, and a ${wanted.kind} is wanted.`,
    at: placeAt(source, root.start),
    expected: `a ${wanted.kind}`,
    got: `a ${kind}`,
    hint: `Give ${wanted.give}; ${belongs[kind]}.`,
  };
}

/** The same for a file that is no YAML: it is broken where something in it is of the wanted kind, and else another. */
function otherText(file: TextFile, wanted: WantedKind): Problem | null {
  const read = readSource(file);
  if (!read.ok) return null;
  const names = Array.from(
    read.value.text.matchAll(/^[ \t{]*["']?([\w-]+)["']?[ \t]*:/gm),
    ([, name = ""]) => name,
  );
  return isMeant([...new Set(names)], wanted.marks) ? null : foreign(read.value, null, wanted);
}

function isForeign(root: YamlNode, { marks }: WantedKind): boolean {
  return !isMeant(
    entriesOf(root).map(({ key }) => key.text),
    marks,
  );
}

function foreign({ file }: Source, root: YamlNode | null, wanted: WantedKind): Problem {
  const isNothing = root !== null && isEmpty(root);
  return {
    code: wanted.code,
    message: isNothing
      ? `"${file}" is empty, and a ${wanted.kind} is wanted.`
      : `"${file}" is no ${wanted.kind}: it has none of its fields.`,
    at: { file },
    expected: `a ${wanted.kind}, with ${wanted.marks.join(", ")}`,
    got: isNothing ? "an empty file" : toldAs(root),
    hint: `Give ${wanted.give}.`,
  };
}

const mostFields = 5;

function toldAs(root: YamlNode | null): string {
  if (root?.kind === "list") return "a list";
  const names = root === null ? [] : entriesOf(root).map(({ key }) => key.text);
  if (names.length === 0) return root?.kind === "map" ? "an empty map" : "a text of another kind";
  const more = names.length > mostFields ? ", ..." : "";
  return `other fields: ${names.slice(0, mostFields).join(", ")}${more}`;
}

/** Which of our files it is by its outermost fields; null: they do not tell. */
function kindOf(root: YamlNode): Kind | null {
  const kind = valueOf(root, "kind");
  if (kind?.kind === "text" && kind.text === "topology") return "Topology";
  const isManifest = kind?.kind === "text" && kind.text === "manifest";
  const isSaid = (key: string) => valueOf(root, key) !== undefined;
  if (isManifest || isSeedForm(root) || isSaid("component_types")) return "Manifest";
  return isSaid("components") && !["kind", "name"].some(isSaid) ? "state file" : null;
}

const belongs: { readonly [kind in Kind]: string } = {
  Manifest: "a Manifest is what is planned",
  Topology: "a Topology lies in the directory that MENDER_ORCHESTRATOR_TOPOLOGY_DIR names",
  "state file": "a state file is given with --state",
};
