import { ComponentType, type Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { fileArtifactName } from "./available-artifacts.ts";
import { readCell, withoutSuffix } from "./cell.ts";
import { seedKinds } from "./manifest-kinds.ts";
import { isMeant } from "../core/nearest.ts";
import { type NumberForm } from "./version-number.ts";
import { versionNamed } from "./version.ts";
import { placeAt, type Source } from "./source.ts";
import {
  entriesOf,
  entryOf,
  isEmpty,
  textOf,
  valueOf,
  type YamlNode,
  type YamlText,
} from "./yaml-node.ts";

/**
 * What the schema of a Manifest cannot say, found in the tree itself, so that it is told together with
 * whatever the schema finds.
 */
export function manifestNodeProblems(source: Source, root: YamlNode): readonly Problem[] {
  const types = valueOf(root, "component_types");
  const isOrdered = !hasOrMeans(root, ["constraints"]);
  const problems = entriesOf(types).flatMap(({ key, value }) => {
    if (value.kind !== "map") return [];
    const stones = valueOf(value, "stepping_stones");
    const artifacts = [value, ...(stones?.kind === "list" ? stones.items : [])];
    const found = artifacts.flatMap((artifact) => artifactProblems(source, key.text, artifact));
    const order = valueOf(valueOf(value, "update_strategy"), "order");
    if (isOrdered && order === undefined) found.push(noOrder(source, key.text, key));
    return found;
  });
  const isNameless = !hasOrMeans(root, ["name", "version"]);
  if (isSeedForm(root) && isNameless) problems.push(noName(source, root));
  return problems;
}

/** Written the way of the first Manifests. */
export function isSeedForm(root: YamlNode): boolean {
  const kind = valueOf(root, "kind");
  return kind?.kind === "text" && seedKinds.some((known) => known === kind.text);
}

/** What the tree says of a Component type, as far as cells are compared with it. */
export interface TypeInTree {
  readonly versions: readonly Version[];
  readonly numbers: NumberForm;
}

/** Every Component type in the tree. */
export function typesInTree(root: YamlNode): ReadonlyMap<ComponentType, TypeInTree> {
  return new Map(
    entriesOf(valueOf(root, "component_types")).flatMap(({ key, value }) => {
      const type = ComponentType.safeParse(key.text);
      const stones = valueOf(value, "stepping_stones");
      const artifacts = [value, ...(stones?.kind === "list" ? stones.items : [])];
      const listed = valueOf(value, "versions");
      const names = [
        ...artifacts.flatMap((artifact) => valueOf(artifact, "artifact_name") ?? []),
        ...(listed?.kind === "list" ? listed.items : []),
      ];
      const versions = names.flatMap((name) => textOf(name) ?? []).map(versionNamed);
      return type.success ? [[type.data, { versions, numbers: numbersOf(value) }] as const] : [];
    }),
  );
}

function numbersOf(node: YamlNode): NumberForm {
  const scheme = textOf(valueOf(node, "scheme"));
  return {
    template: textOf(valueOf(node, "number")),
    scheme: scheme === "semver" || scheme === "date" ? scheme : "dotted",
  };
}

function artifactProblems(source: Source, type: string, node: YamlNode): Problem[] {
  if (node.kind !== "map") return [];
  const problems: Problem[] = [];
  if (!hasOrMeans(node, ["artifact_name", "artifact_path"]))
    problems.push(noArtifact(source, type, node));
  const path = valueOf(node, "artifact_path");
  if (
    entryOf(node, "artifact_name") === undefined &&
    path?.kind === "text" &&
    !isFilePath(path.text)
  )
    problems.push(noFileName(source, path));
  const name = valueOf(node, "artifact_name");
  if (name?.kind === "text" && isReserved(name.text)) problems.push(reserved(source, name));
  const depends = valueOf(node, "depends");
  return depends === undefined ? problems : [...problems, ...dependsProblems(source, depends)];
}

/** Whether one of the fields is there, if only misspelt. */
function hasOrMeans(node: YamlNode, fields: readonly string[]): boolean {
  const keys = entriesOf(node).map(({ key }) => key.text);
  return isMeant(keys, fields);
}

/** Each where it stands; and what a list says as a whole. */
function dependsProblems(source: Source, depends: YamlNode): readonly Problem[] {
  const items = depends.kind === "list" ? depends.items : [depends];
  const texts = items.flatMap((item) => (item.kind === "text" && !isEmpty(item) ? [item] : []));
  const found = texts.flatMap(
    ({ text, start }) => readCell([text], placeAt(source, start)).problems,
  );
  if (found.length > 0) return found;
  const whole = readCell(
    texts.map(({ text }) => text),
    placeAt(source, depends.start),
  );
  return whole.problems;
}

/** Where an Artifact has no name in the Manifest, that of its file stands in. */
function isFilePath(path: string): boolean {
  return path === "" || fileArtifactName(path) !== null;
}

/** What the cells of the tables mean something else by. */
function isReserved(name: string): boolean {
  return /^(?:\?|\*|any|!.*)$/.test(withoutSuffix(name));
}

function reserved(source: Source, { text, start }: YamlText): Problem {
  return {
    code: "wrong-value",
    message: `An Artifact cannot be called "${text.slice(0, 60)}" here: the tables mean something else by it.`,
    at: placeAt(source, start),
    expected: "a name that no cell of a table has another meaning for",
    got: text.slice(0, 60),
    hint: "Give the Artifact another name.",
  };
}

function noFileName(source: Source, { text, start }: YamlText): Problem {
  return {
    code: "wrong-value",
    message: `The path "${text.slice(0, 60)}" does not end in the name of a file.`,
    at: placeAt(source, start),
    expected: "a path such as artifacts/gateway-v2.mender",
    got: text.slice(0, 60),
    hint: `Correct the path, or add "artifact_name".`,
  };
}

function noArtifact(source: Source, type: string, node: YamlNode): Problem {
  return {
    code: "missing-field",
    message: `An entry of the Component type "${type}" names no Artifact.`,
    at: placeAt(source, node.start),
    expected: "artifact_name, artifact_path or both",
    hint: `Add "artifact_name" or "artifact_path".`,
  };
}

function noOrder(source: Source, type: string, node: YamlNode): Problem {
  return {
    code: "missing-field",
    message: `The Component type "${type}" has no "update_strategy.order", and there are no constraints.`,
    at: placeAt(source, node.start),
    expected: "constraints, or an order for every Component type",
    hint: `Add "constraints", or "update_strategy: { order: 1 }" to every Component type.`,
  };
}

function noName(source: Source, root: YamlNode): Problem {
  return {
    code: "missing-field",
    message: `The field "version" is missing in the file.`,
    at: placeAt(source, root.start),
    expected: "a name for the wanted state",
    hint: `Add "version", or better: write the Manifest in today's form, with "name".`,
  };
}
