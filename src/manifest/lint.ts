import type { ComponentType, Version } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import { knownVersions, type KnownVersions, namingCell, versionsOf } from "./cell-versions.ts";
import { columnsOfTypes, resolveHead, type TypeColumn } from "./columns.ts";
import { versionsIn } from "./fact-columns.ts";
import { endStateRows, rowNotes, type ResolvedTable } from "./lint-rows.ts";
import { ruleNotes } from "./lint-rules.ts";
import { artifactVersions, manifestVersions } from "./manifest-versions.ts";
import type { Manifest, WantedType } from "./manifest.ts";
import { namingTables, tablesOf } from "./named-versions.ts";
import type { ConstraintTable } from "./table.ts";
import { versionNamed } from "./version.ts";

/**
 * What is odd about the tables of a Manifest, as far as it shows without a search: notes, for none of it
 * keeps a plan from being right.
 */
export function lintManifest(manifest: Manifest): readonly Problem[] {
  const { constraints, componentTypes } = manifest;
  if (constraints === null) return [];
  const types = componentTypes.map(({ type }) => type);
  const tables = tablesOf(constraints).map((table) => versionsIn(table, types));
  const columns = columnsOfTypes(tables, types);
  const spokenOf = columnsOfTypes(namingTables(constraints, types), types);
  const versions = manifestVersions(manifest);
  const resolve = (table: ConstraintTable) => resolved(table, types, versions);
  // What facts decide nobody knows here.
  const isOfVersions = (table: ConstraintTable) =>
    table.sharing === null && versionsIn(table, types) === table;
  const { endStates, transitionStates } = constraints;
  const end = endStates === null || !isOfVersions(endStates) ? null : resolve(endStates);
  const transitions = transitionStates.filter(isOfVersions).map(resolve);
  return [
    ...(end === null ? [] : rowNotes(end)),
    ...transitions.flatMap((table) => rowNotes(table)),
    ...(end === null ? [] : transitions.flatMap((table) => endStateRows(table, end))),
    ...ruleNotes(constraints, { end, transitions }, types, versions),
    ...componentTypes.flatMap((wanted) => {
      const own = columns.get(wanted.type) ?? [];
      // Rules and edges name what they speak of, and leave everything else alone.
      const isSpokenOf = spokenOf.has(wanted.type) || wanted.edges !== null;
      return own.length === 0 && isSpokenOf ? [] : typeNotes(wanted, own, versions);
    }),
  ];
}

function resolved(
  table: ConstraintTable,
  types: readonly ComponentType[],
  versions: ReadonlyMap<ComponentType, KnownVersions>,
): ResolvedTable {
  const columns = table.columns.map(({ head }) => {
    const named = resolveHead(head, types);
    const all = (named === null ? null : versions.get(named.type)) ?? knownVersions([]);
    return {
      key: JSON.stringify([named?.type, named?.id]),
      type: named?.type ?? null,
      all: all.names,
      known: all,
    };
  });
  return {
    name: table.name,
    columns,
    rows: table.rows.map((row) => ({
      row,
      cells: row.cells.map((cell, index) => {
        const known = columns[index]?.known ?? knownVersions([]);
        return new Set(versionsOf(cell, known).set ?? known.names.keys());
      }),
    })),
  };
}

function typeNotes(
  wanted: WantedType,
  columns: readonly TypeColumn[],
  versions: ReadonlyMap<ComponentType, KnownVersions>,
): readonly Problem[] {
  const { type, at } = wanted;
  const known = versions.get(type) ?? knownVersions([]);
  const all = known.names;
  const named = new Set<Version>();
  for (const { table, index } of columns) {
    for (const { cells } of table.rows)
      for (const found of versionsOf(namingCell(cells[index]), known).set ?? [])
        named.add(all[found] ?? versionNamed(""));
  }
  if (columns.length === 0) return [withoutColumn(type, at)];
  const provided = [...artifactVersions(wanted), ...wanted.versions];
  const missing = all.filter(
    (version) => named.has(version) && version !== "?" && !provided.includes(version),
  );
  const unnamed = artifactVersions(wanted).filter((version) => !named.has(version));
  return [
    ...(missing.length === 0 ? [] : [withoutArtifact(type, missing, at)]),
    ...unnamed.map((version) => notNamed(type, version, at)),
  ];
}

function withoutColumn(type: ComponentType, at: Problem["at"]): Problem {
  return {
    code: "type-without-column",
    message: `No table has a column for "${type}": any version of it goes with anything.`,
    ...(at && { at }),
    hint: "Add a column if some combination with it is not acceptable.",
  };
}

function withoutArtifact(
  type: ComponentType,
  versions: readonly Version[],
  at: Problem["at"],
): Problem {
  const listed = versions
    .slice(0, 10)
    .map((version) => `"${version}"`)
    .join(", ");
  const more = versions.length > 10 ? ` and ${versions.length - 10} more` : "";
  return {
    code: "version-without-artifact",
    message: `The tables name versions of "${type}" that no Artifact of the Manifest gives: ${listed}${more}.`,
    ...(at && { at }),
    hint: "That is right for versions to start from; check the spelling of all others.",
  };
}

function notNamed(type: ComponentType, version: Version, at: Problem["at"]): Problem {
  return {
    code: "artifact-not-named",
    message: `No cell of the tables names "${version}", an Artifact for "${type}".`,
    ...(at && { at }),
    got: version,
    hint: "Check the spelling of the Artifact and of the cells, or add rows for it.",
  };
}
