import type { Problem } from "../core/problem.ts";
import { readCell } from "./cell.ts";
import { placeAt, type Source } from "./source.ts";
import { entryOf, isEmpty, valueOf, type YamlEntry, type YamlNode } from "./yaml-node.ts";

/**
 * What the schema of a Manifest cannot say, found in the tree itself, so that it is told together with
 * whatever the schema finds.
 */
export function manifestNodeProblems(source: Source, root: YamlNode): readonly Problem[] {
  const types = valueOf(root, "component_types");
  const isOrdered = valueOf(root, "constraints") === undefined;
  const problems = entriesOf(types).flatMap(({ key, value }) => {
    if (value.kind !== "map") return [];
    const stones = valueOf(value, "stepping_stones");
    const artifacts = [value, ...(stones?.kind === "list" ? stones.items : [])];
    const found = artifacts.flatMap((artifact) => artifactProblems(source, key.text, artifact));
    const order = valueOf(valueOf(value, "update_strategy"), "order");
    if (isOrdered && order === undefined) found.push(noOrder(source, key.text, key));
    return found;
  });
  const kind = valueOf(root, "kind");
  const isSeedForm = kind?.kind === "text" && /^update_?manifest$/i.test(kind.text);
  const isNameless = entryOf(root, "name") === undefined && entryOf(root, "version") === undefined;
  if (isSeedForm && isNameless) problems.push(noName(source, root));
  return problems;
}

function artifactProblems(source: Source, type: string, node: YamlNode): Problem[] {
  if (node.kind !== "map") return [];
  const problems: Problem[] = [];
  const isNamed = ["artifact_name", "artifact_path"].some(
    (key) => entryOf(node, key) !== undefined,
  );
  if (!isNamed) problems.push(noArtifact(source, type, node));
  const depends = valueOf(node, "depends");
  const texts = depends?.kind === "list" ? depends.items : depends === undefined ? [] : [depends];
  for (const text of texts) {
    if (text.kind !== "text" || isEmpty(text)) continue;
    problems.push(...readCell([text.text], placeAt(source, text.start)).problems);
  }
  return problems;
}

function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === "map" ? node.entries : [];
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
