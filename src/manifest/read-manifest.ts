import { ComponentType, unknownVersion } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readCell } from "./cell.ts";
import { edgesByType } from "./edges.ts";
import { isSeedForm, manifestNodeProblems, typesInTree } from "./manifest-checks.ts";
import {
  type ArtifactShape,
  type ManifestShape,
  manifestShape,
  type SeedManifestShape,
  seedManifestShape,
} from "./manifest-shape.ts";
import { readConstraints } from "./constraints.ts";
import { artifactVersions, manifestVersions } from "./manifest-versions.ts";
import { edgeProblems } from "./match-edges.ts";
import { namesOfManifest } from "./manifest-names.ts";
import { notManifest } from "./other-kind.ts";
import { readYamlOf } from "./shaped-file.ts";
import { inlineTopology, seedNotes } from "./seed-manifest.ts";
import { checkShape } from "./shape.ts";
import { placeAt, type Source, type TextFile } from "./source.ts";
import { tableProblems } from "./table-checks.ts";
import type { Constraints } from "./written-constraints.ts";
import { versionNamed } from "./version.ts";
import { inOrder } from "./yaml-problems.ts";
import { entriesOf, entryOf, nodeAt, valueOf, type YamlNode } from "./yaml-node.ts";

import type { ArtifactReference, Manifest, WantedType } from "./manifest.ts";

/** Reads a Manifest of today's or of the first form. Notes are deprecations and warnings. */
export function readManifest(
  file: TextFile,
): Result<{ readonly manifest: Manifest; readonly notes: readonly Problem[] }> {
  const read = readYamlOf(file, notManifest);
  if (!read.ok) return read;
  const { document, problems: found } = read.value;
  const { source, root } = document;
  const node = valueOf(root, "constraints");
  const tables = node === undefined ? null : readConstraints(source, node);
  const constraints = tables?.constraints ?? null;
  const edges = edgesByType(source, root);
  const versions = typesInTree(root);
  const hasTypes = valueOf(root, "component_types") !== undefined;
  const problems = [
    ...found,
    ...manifestNodeProblems(source, root),
    ...[...edges.values()].flatMap((read) => read.problems),
    ...(tables?.problems ?? []),
    // Where YAML had to be guessed at, the cells are not what they should be; without types no column can be right.
    ...(constraints === null || found.length > 0 || !hasTypes
      ? []
      : tableProblems(constraints, versions)),
  ];
  const isSeed = isSeedForm(root);
  const shape = isSeed
    ? checkShape(seedManifestShape(), source, root)
    : checkShape(manifestShape(), source, root);
  if (!shape.ok) return fail(...inOrder([...problems, ...shape.problems]));
  if (problems.length > 0) return fail(...inOrder(problems));
  const manifest = modelOf(source, root, shape.value, { constraints, edges });
  const names = namesOfManifest(manifest);
  const wrong = [...names.problems, ...edgeProblemsOf(manifest)];
  if (wrong.length > 0) return fail(...inOrder(wrong));
  return ok({ manifest, notes: [...(isSeed ? seedNotes(source, root) : []), ...names.notes] });
}

function edgeProblemsOf(manifest: Manifest): readonly Problem[] {
  if (manifest.componentTypes.every(({ edges }) => edges === null)) return [];
  const versions = manifestVersions(manifest);
  return manifest.componentTypes.flatMap((wanted) => {
    const known = versions.get(wanted.type);
    const [target = unknownVersion] = artifactVersions(wanted);
    return wanted.edges === null || known === undefined
      ? []
      : edgeProblems(wanted.edges, wanted.type, known, known.names.indexOf(target));
  });
}

interface ReadTables {
  readonly constraints: Constraints | null;
  readonly edges: ReturnType<typeof edgesByType>;
}

function modelOf(
  source: Source,
  root: YamlNode,
  shape: ManifestShape | SeedManifestShape,
  { constraints, edges }: ReadTables,
): Manifest {
  const systemTypes = shape.system_types_compatible;
  const isToday = shape.kind === "manifest";
  return {
    file: source.file,
    name: isToday ? shape.name : (shape.name ?? shape.version ?? ""),
    systemTypes:
      systemTypes === undefined
        ? null
        : { names: systemTypes, at: placeOf(source, root, ["system_types_compatible"]) },
    componentTypes: wantedTypes(source, root, shape.component_types, edges),
    constraints,
    sequence: shape.extension?.sequence ?? null,
    expires: shape.extension?.expires ?? null,
    inlineTopology: isToday ? null : inlineTopology(source, root, shape),
  };
}

function wantedTypes(
  source: Source,
  root: YamlNode,
  types: ManifestShape["component_types"],
  edges: ReadTables["edges"],
): readonly WantedType[] {
  const node = valueOf(root, "component_types");
  const byName = new Map(Object.entries(types));
  return entriesOf(node).flatMap(({ key }): WantedType[] => {
    const wanted = byName.get(key.text);
    if (wanted === undefined) return [];
    const path = ["component_types", key.text];
    const at = placeAt(source, key.start);
    const type = ComponentType.parse(key.text);
    return [
      {
        type,
        target: reference(source, root, path, wanted, at),
        steppingStones: (wanted.stepping_stones ?? []).map((stone, index) => {
          const place = [...path, "stepping_stones", index];
          return reference(source, root, place, stone, placeOf(source, root, place));
        }),
        numbers: { template: wanted.number ?? null, scheme: wanted.scheme ?? "dotted" },
        versions: (wanted.versions ?? []).map(versionNamed),
        prefer: wanted.prefer ?? "newest",
        edges: edges.get(type)?.edges ?? null,
        order: wanted.update_strategy?.order ?? null,
        orderAt:
          wanted.update_strategy?.order === undefined
            ? null
            : placeOf(source, root, [...path, "update_strategy", "order"]),
        maxParallel: wanted.update_strategy?.max_parallel ?? null,
        supportsRollback: wanted.supports_rollback ?? null,
        at,
      },
    ];
  });
}

function reference(
  source: Source,
  root: YamlNode,
  path: readonly (string | number)[],
  shape: ArtifactShape,
  at: Place,
): ArtifactReference {
  const { depends, sha256 } = shape;
  return {
    name: shape.artifact_name ?? null,
    path: shape.artifact_path ?? null,
    pin: sha256 === undefined ? null : { sha256, at: placeOf(source, root, [...path, "sha256"]) },
    depends:
      depends === undefined
        ? null
        : readCell(
            typeof depends === "string" ? [depends] : depends,
            placeOf(source, root, [...path, "depends"]),
          ).cell,
    at,
  };
}

/** The key where there is one, else the value. */
function placeOf(source: Source, root: YamlNode, path: readonly (string | number)[]): Place {
  const owner = nodeAt(root, path.slice(0, -1));
  const entry = entryOf(owner, String(path.at(-1)));
  return placeAt(source, (entry?.key ?? nodeAt(root, path) ?? root).start);
}
