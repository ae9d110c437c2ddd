import { ComponentId, type ComponentType, unknownVersion, type Version } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import { readTerm } from "./cell.ts";
import { columnsOfTypes, type TypeColumn } from "./columns.ts";
import { splitTable } from "./fact-columns.ts";
import type { Manifest, WantedType } from "./manifest.ts";
import { matchSystem } from "./match.ts";
import type { MatchComponent } from "./match-input.ts";
import { namingTables } from "./named-versions.ts";
import { isOfVersions } from "./lint-rules.ts";
import { looksLikeRange } from "./number-range.ts";
import type { System } from "./system.ts";
import type { Cell, ConstraintTable } from "./table.ts";
import type { Constraints } from "./written-constraints.ts";

/**
 * The smallest System that the tables of a Manifest can speak of, without any device: the Components
 * that columns name, and else one of each type, or as many as a table has columns for, in the first
 * end state.
 */
export function lintSystem(
  manifest: Manifest,
  artifacts: readonly AvailableArtifact[],
): Result<System> {
  const types = manifest.componentTypes.map(({ type }) => type);
  const constraints = manifest.constraints && ofVersions(manifest.constraints, types);
  const columns = columnsOfTypes(namingTables(constraints, types), types);
  const matched = matchSystem({
    // What facts decide nobody knows of Components that are made up.
    manifest: {
      ...manifest,
      componentTypes: manifest.componentTypes.map(withoutFacts),
      constraints,
    },
    deviceConstraints: null,
    systemType: null,
    components: types.flatMap((type) => componentsOf(constraints, type, columns.get(type) ?? [])),
    absent: [],
    start: "made-up",
    artifacts,
  });
  return matched.ok ? { ok: true, value: matched.value.system } : matched;
}

/** What is forbidden under a fact may be allowed, and what is allowed under one is. */
function withoutFacts(wanted: WantedType): WantedType {
  const rows = wanted.edges?.rows
    .filter(({ facts, verdict }) => verdict !== "no" || facts.every(({ cell }) => isAnything(cell)))
    .map((row) => ({ ...row, facts: [] }));
  return wanted.edges === null || rows === undefined
    ? wanted
    : { ...wanted, edges: { ...wanted.edges, rows } };
}

function isAnything({ alternatives }: Cell): boolean {
  return alternatives.includes("any");
}

/** The tables and rules without what facts decide, and without limits. */
function ofVersions(constraints: Constraints, types: readonly ComponentType[]): Constraints {
  const { endStates, transitionStates, rules } = constraints;
  const read = (table: ConstraintTable) => withoutFactRows(table, types);
  return {
    ...constraints,
    endStates: endStates && read(endStates),
    transitionStates: transitionStates.filter(({ sharing }) => sharing === null).map(read),
    passesAny: constraints.passesAny || transitionStates.some(({ sharing }) => sharing !== null),
    rules: rules.filter(isOfVersions),
    // A limit forbids no update, and the Components that it names are unknown here.
    limits: [],
  };
}

function withoutFactRows(table: ConstraintTable, types: readonly ComponentType[]): ConstraintTable {
  const { table: versions, facts } = splitTable(table, types);
  if (versions === table) return table;
  const rows = versions.rows.filter(
    ({ verdict }, index) =>
      verdict !== "no" || (facts[index] ?? []).every(({ cell }) => isAnything(cell)),
  );
  return { ...versions, rows };
}

function componentsOf(
  constraints: Constraints | null,
  type: ComponentType,
  columns: readonly TypeColumn[],
): readonly MatchComponent[] {
  const ids = new Set<string>();
  const unnamedIn = new Map<ConstraintTable, number>();
  for (const { table, id } of columns) {
    if (id === null) unnamedIn.set(table, (unnamedIn.get(table) ?? 0) + 1);
    else ids.add(id);
  }
  let least = 1;
  for (const count of unnamedIn.values()) least = Math.max(least, count);
  for (let number = 1; ids.size < least; number += 1) ids.add(`${type}-${number}`);
  const version = firstVersion(constraints, columns);
  return [...ids].map((id) => ({
    id: ComponentId.parse(id),
    type,
    interface: type,
    current: { kind: "version", version },
    supportsRollback: true,
    rebootsHost: false,
    facts: new Map(),
    at: null,
  }));
}

/** What the first end state says of the type; unknown where it names no version. */
function firstVersion(constraints: Constraints | null, columns: readonly TypeColumn[]): Version {
  const table = constraints?.endStates;
  const row = table?.rows.find(({ verdict }) => verdict === "yes");
  const column = columns.find((own) => own.table === table);
  const [cell] = row?.cells[column?.index ?? -1]?.alternatives ?? [];
  const term = readTerm(cell ?? "");
  return term?.kind === "name" && !looksLikeRange(term.name) ? term.name : unknownVersion;
}
