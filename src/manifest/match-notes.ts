import { isVisible, withHiddenShown } from "../core/hidden-characters.ts";
import { unknownVersion } from "../core/ids.ts";
import type { Problem } from "../core/problem.ts";
import {
  hasRange,
  knownVersions,
  type KnownVersions,
  namingCell,
  versionsOf,
} from "./cell-versions.ts";
import { columnsOfTypes } from "./columns.ts";
import { matchesFact } from "./fact-cells.ts";
import { factsOf } from "./facts.ts";
import { factUnknown } from "./rule-choices.ts";
import { idleRows, type SaidOfType } from "./idle-rows.ts";
import { placeColumns } from "./match-columns.ts";
import type { MatchInput } from "./match-input.ts";
import { namingTables, tablesOf } from "./named-versions.ts";
import { artifactsOf, type VersionDomains, versionNow } from "./version-domains.ts";
import type { System } from "./system.ts";
import type { Cell, ConstraintTable } from "./table.ts";
import { noNumberReasons, numberOf, plainNumbers } from "./version-number.ts";
import { reportedName, versionNamed } from "./version.ts";

/** What is not wrong, but should be known before anything is installed. */
export function matchNotes(
  input: MatchInput,
  domains: VersionDomains,
  system: System,
): readonly Problem[] {
  return [
    ...extraTypes(input),
    ...absentComponents(input),
    ...unreadableIds(input),
    ...unreadableVersions(input),
    ...numberlessVersions(input, domains, system),
    ...unnamedVersions(input, domains, system),
    ...idleRows(namingTablesIn(input), saidOfTypes(input), system),
    ...undeclaredRollback(input),
    ...unknownFactsOfEdges(input),
  ];
}

/** An Artifact gives a version, and a Manifest says of some that they are in the field. */
function saidOfTypes({ manifest, artifacts }: MatchInput): readonly SaidOfType[] {
  return manifest.componentTypes.map(({ type, edges, versions }) => {
    const given = artifactsOf(artifacts, type).map(({ name }) => versionNamed(name));
    return { type, edges, declared: [...versions, ...given] };
  });
}

/** What edges ask of Components none of which has it. */
function unknownFactsOfEdges({ manifest, components }: MatchInput): readonly Problem[] {
  return manifest.componentTypes.flatMap(({ type, edges }) => {
    const own = components.filter((one) => one.type === type).map(factsOf);
    if (edges === null || own.length === 0) return [];
    const asked = new Map(
      edges.rows
        .flatMap(({ facts }) => facts)
        .filter(({ cell }) => !matchesFact(cell, undefined))
        .map(({ key, cell }) => [key, cell.at] as const)
        .toReversed(),
    );
    return [...asked]
      .filter(([key]) => own.every((facts) => !facts.has(key)))
      .map(([key, at]) => factUnknown(`The edges of "${type}" ask`, `${type}:${key}`, at));
  });
}

function extraTypes({ manifest, components, absent }: MatchInput): readonly Problem[] {
  return manifest.componentTypes
    .filter(({ type }) => !absent.includes(type) && !components.some((one) => one.type === type))
    .map(({ type, at }) => ({
      code: "component-type-unused",
      message: `The System has no Component of the type "${type}".`,
      at,
      hint: "Nothing is done for it.",
    }));
}

function absentComponents({ absent }: MatchInput): readonly Problem[] {
  return absent.map((type) => ({
    code: "component-absent",
    message: `A Component of the type "${type}" does not answer, and is left out because it is not required.`,
    hint: "Start the update again when it is there, so that it is not left behind.",
  }));
}

/** No board is left out for what it reports: an id is its own, whatever it is. */
function unreadableIds({ components }: MatchInput): readonly Problem[] {
  return components
    .filter(({ id }) => !isVisible(id))
    .map(({ id, type }) => ({
      code: "report-unreadable",
      message: `A Component of the type "${type}" calls itself "${withHiddenShown(id)}", with a character that does not show.`,
      got: withHiddenShown(id),
      hint: "Correct what its Interface answers to Identity: no column of a table can name it.",
    }));
}

/** Nor for its version, which is unknown then. */
function unreadableVersions(input: MatchInput): readonly Problem[] {
  return input.components.flatMap((component) => {
    const { id, current, at } = component;
    if (current.kind === "version" || versionNow(input, component) !== unknownVersion) return [];
    const name = reportedName(current.provides, component.interface);
    if (isVisible(name)) return [];
    return [
      {
        code: "report-unreadable",
        message: `"${id}" reports the version "${withHiddenShown(name)}", with a character that does not show: it counts as unknown.`,
        ...(at !== null && { at }),
        got: withHiddenShown(name),
        hint: `Correct what the Component reports; until then cells that say "?" or "any" match it.`,
      },
    ];
  });
}

/** Versions that nobody but their Components speak of, and that no range can read. */
function numberlessVersions(
  input: MatchInput,
  { versions, knownTypes }: VersionDomains,
  { types, components }: System,
): readonly Problem[] {
  const odd = components.flatMap(({ id, type: at, start }) => {
    const type = types[at];
    const version = type?.versions[start] ?? unknownVersion;
    const known = type === undefined ? undefined : versions.get(type.name);
    const isReported = known?.reported.has(version);
    const { kind } = numberOf(version, known?.numbers ?? plainNumbers);
    if (
      type === undefined ||
      isReported !== true ||
      version === unknownVersion ||
      kind === "number"
    )
      return [];
    return [{ id, type: type.name, version, kind }];
  });
  if (odd.length === 0) return [];
  const columns = columnsOfTypes(namingTablesIn(input), knownTypes);
  return odd.flatMap(({ id, type, version, kind }) => {
    const cells = (columns.get(type) ?? []).flatMap(({ table, index }) =>
      table.rows.flatMap((row) => row.cells[index] ?? []),
    );
    const depends = input.artifacts.flatMap((one) =>
      one.type === type ? (one.depends ?? []) : [],
    );
    if (![...cells, ...depends].some(hasRange)) return [];
    const at = input.components.find((one) => one.id === id)?.at ?? null;
    return [
      {
        code: "version-without-number" as const,
        message: `"${id}" has the version "${version}", which ${noNumberReasons[kind]}: no range matches it.`,
        ...(at !== null && { at }),
        got: version,
        hint: "Name it in a cell of its own where it should match.",
      },
    ];
  });
}

/** A version that no cell of its columns names, where there are any. */
function unnamedVersions(
  input: MatchInput,
  domains: VersionDomains,
  { types, components }: System,
): readonly Problem[] {
  const isSpokenOf = new Set<number>();
  const isNamed = new Set<number>();
  for (const table of tablesIn(input)) {
    for (const [index, { type: own, present }] of placeColumns(
      table.columns,
      domains,
    ).columns.entries()) {
      if (present === null) continue;
      const versions = domains.versions.get(own) ?? knownVersions([]);
      const named = new Set<number>();
      for (const { cells } of table.rows)
        for (const at of namedBy(cells[index], versions)) named.add(at);
      for (const [at, { type, start }] of components.entries()) {
        if (type !== present.type || (present.component ?? at) !== at) continue;
        isSpokenOf.add(at);
        if (named.has(start)) isNamed.add(at);
      }
    }
  }
  return components.flatMap(({ id, type, start }, at) => {
    if (!isSpokenOf.has(at) || isNamed.has(at)) return [];
    const version = types[type]?.versions[start] ?? unknownVersion;
    return [
      {
        code: "version-not-named",
        message:
          version === unknownVersion
            ? `The version of "${id}" is unknown, and no cell of the tables says "?" or "any".`
            : `"${id}" has the version "${version}", which no cell of the tables names.`,
        got: version,
        hint: "It is left behind as soon as the tables allow; add a row if it should not be.",
      },
    ];
  });
}

/** `any` is the only other way to speak of the unknown version, so it was meant. */
function namedBy(cell: Cell | undefined, versions: KnownVersions): readonly number[] {
  const named = versionsOf(namingCell(cell), versions).set ?? [];
  const unknown = versions.indices.get(unknownVersion);
  const isMeant = unknown !== undefined && cell?.alternatives.includes("any") === true;
  return isMeant ? [...named, unknown] : named;
}

function tablesIn({ manifest, deviceConstraints }: MatchInput): readonly ConstraintTable[] {
  return [...tablesOf(manifest.constraints), ...tablesOf(deviceConstraints)];
}

/** What the rules say of versions among them. */
function namingTablesIn({ manifest, deviceConstraints }: MatchInput): readonly ConstraintTable[] {
  const types = manifest.componentTypes.map(({ type }) => type);
  return [manifest.constraints, deviceConstraints].flatMap((one) => namingTables(one, types));
}

/** One note for all of them. */
function undeclaredRollback({ manifest, components }: MatchInput): readonly Problem[] {
  const undeclared = components.filter(
    ({ type, supportsRollback }) =>
      supportsRollback === null &&
      manifest.componentTypes.every(
        (wanted) => wanted.type !== type || wanted.supportsRollback === null,
      ),
  );
  if (undeclared.length === 0) return [];
  const ids = undeclared.map(({ id }) => id);
  return [
    {
      code: "rollback-undeclared",
      message: `Nobody says whether ${listed(ids)} can roll back; the plan takes it that they can.`,
      hint: `Add "supports_rollback: yes" or "no" in the Topology or the Manifest.`,
    },
  ];
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(", ");
  return ids.length > 5 ? `${shown} and ${ids.length - 5} more` : shown;
}
