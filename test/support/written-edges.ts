import { artifactByName, wantedArtifacts } from "../../src/manifest/available-artifacts.ts";
import type { AvailableArtifact } from "../../src/manifest/available-artifacts.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import type { Nogood } from "../../src/planner/model/conflict.ts";
import { plainArtifact } from "./plain-artifacts.ts";
import type { Dice } from "./planner-random.ts";

/**
 * Edges, depends and Artifacts as they are written, and which installs they close, told a second time. It shares no
 * code with what reads and matches them.
 */
export interface WrittenEdges {
  readonly lines: readonly string[];
  readonly state: string;
  /** By type. */
  readonly types: ReadonlyMap<string, WrittenType>;
  /** In the order of the Manifest: of each what it asks for itself, by version. */
  readonly needs: ReadonlyMap<string, readonly (readonly string[] | null)[]>;
}

interface WrittenType {
  readonly isDeny: boolean;
  /** Where that is said. */
  readonly defaultLine: number;
  readonly rows: readonly {
    readonly line: number;
    readonly from: string;
    readonly to: string;
    readonly isNo: boolean;
  }[];
  /** By version. */
  readonly depends: ReadonlyMap<
    string,
    { readonly line: number; readonly from: readonly string[] }
  >;
}

/** `1` to `3`: versions of a type `a` are `a-1` to `a-3`, the wanted one first in the Manifest. */
export function randomEdges({ between, chance, pick }: Dice): WrittenEdges {
  const names = ["a", "b"].slice(0, chance(0.85) ? 2 : 1);
  const lines = [
    "api_version: mender/v1",
    "kind: manifest",
    "name: edges",
    "system_types_compatible: [generated]",
    "component_types:",
  ];
  const write = (line: string) => lines.push(line);
  const types = new Map<string, WrittenType>();
  const needs = new Map<string, (readonly string[] | null)[]>();
  const versionsOf = (name: string) => ["1", "2", "3"].map((version) => `${name}-${version}`);
  const some = (name: string) => {
    const chosen = versionsOf(name).filter(() => chance(0.5));
    return chosen.length === 0 ? [pick(versionsOf(name))] : chosen;
  };
  for (const name of names) {
    const versions = versionsOf(name);
    const depends = new Map<string, { readonly line: number; readonly from: readonly string[] }>();
    const says = (version: string, indent: string) => {
      needs.set(
        version,
        Array.from({ length: chance(0.15) ? 2 : 1 }, () => (chance(0.25) ? some(name) : null)),
      );
      if (!chance(0.3)) return;
      const from = some(name);
      depends.set(version, { line: write(`${indent}depends: [${from.join(", ")}]`), from });
    };
    write(`  ${name}:`);
    write(`    artifact_name: ${name}-3`);
    says(`${name}-3`, "    ");
    write("    stepping_stones:");
    for (const version of versions.slice(0, 2).toReversed()) {
      write(`      - artifact_name: ${version}`);
      says(version, "        ");
    }
    const isDeny = chance(0.3);
    write("    edges:");
    const defaultLine = write(`      default: ${isDeny ? "deny" : "allow"}`);
    write("      rows:");
    const rows = Array.from({ length: between(1, 4) }, () => {
      const [from, to] = [pick([...versions, "any"]), pick([...versions, "any"])];
      const isNo = chance(isDeny ? 0.3 : 0.8) && !(from === "any" && to === "any");
      return { line: write(`        - [${from}, ${to}, ${isNo ? "NO" : "YES"}]`), from, to, isNo };
    });
    types.set(name, { isDeny, defaultLine, rows, depends });
  }
  write("constraints:");
  write("  end_states:");
  write(`    columns: [${names.join(", ")}]`);
  write("    rows:");
  const state = (version: () => string) => names.map((name) => `${name}-${version()}`).join(", ");
  write(`      v.1: [${state(() => "1")}]`);
  if (chance(0.5)) write(`      v.2: [${state(() => pick(["1", "2", "3"]))}]`);
  write(`      v.3: [${state(() => "3")}]`);
  write("  transition_states:");
  write(`    - columns: [${names.join(", ")}]`);
  write(`      default: ${chance(0.7) ? "allow" : "deny"}`);
  write("      rows:");
  for (let left = between(2, 5); left > 0; left -= 1)
    write(`        - [${state(() => pick(["1", "2", "3"]))}, ${chance(0.85) ? "NO" : "YES"}]`);
  write("");
  const boards = names.flatMap((name) =>
    Array.from({ length: chance(0.2) ? 2 : 1 }, (_, at) => ({ name, id: `${name}${at}`, at })),
  );
  return {
    lines,
    state: [
      "components:",
      ...boards.map(
        ({ name, id }) => `  - { component_type: ${name}, id: ${id}, version: ${name}-1 }`,
      ),
      "",
    ].join("\n"),
    types,
    needs,
  };
}

/** The Artifacts at hand, each with what it asks for itself. */
export function artifactsFor(
  { needs }: WrittenEdges,
  manifest: Manifest,
): readonly AvailableArtifact[] {
  return wantedArtifacts(manifest).flatMap((wanted) => {
    const named = artifactByName(wanted);
    return (needs.get(named.name) ?? []).map((from) => ({
      ...named,
      artifact: plainArtifact(named.type, named.name, {
        depends: from === null ? {} : { [versionKey(named.type)]: [...from] },
      }),
    }));
  });
}

function versionKey(type: string): string {
  return `rootfs-image.${type}.version`;
}

/** Whether these alone close the install of a version over another. */
export function isClosedBy(
  { types, needs }: WrittenEdges,
  nogoods: readonly Nogood[],
  names: { readonly type: string; readonly from: string; readonly to: string },
  nameOf: (type: number, version: number) => string,
): boolean {
  const { type, from, to } = names;
  const said = types.get(type);
  if (said === undefined) throw new Error(`no edges of ${type}`);
  const isAt = (line: number) => nogoods.some((one) => "rule" in one && one.rule?.line === line);
  const is = (cell: string, version: string) => cell === "any" || cell === version;
  const own = said.rows.filter((row) => is(row.from, from) && is(row.to, to));
  if (own.some(({ line, isNo }) => isNo && isAt(line))) return true;
  if (said.isDeny && isAt(said.defaultLine) && own.every(({ isNo }) => isNo)) return true;
  const depends = said.depends.get(to);
  if (depends !== undefined && isAt(depends.line) && !depends.from.includes(from)) return true;
  return (needs.get(to) ?? []).every(
    (need) =>
      need !== null &&
      !need.includes(from) &&
      nogoods.some(
        (one) =>
          one.kind === "artifact-depends" &&
          nameOf(one.type, one.to) === to &&
          one.needs === `${versionKey(type)}=${need.join(" or ")}`,
      ),
  );
}
