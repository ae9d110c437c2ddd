import { unmetDepends } from "../artifact/matching.ts";
import type { Artifact } from "../artifact/types.ts";
import type { Place } from "../core/problem.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import { type KnownVersions, versionsOf } from "./cell-versions.ts";
import type { Facts } from "./fact-cells.ts";
import { contentAnyWay, type InstallEdgesInput } from "./install-edges.ts";
import type { MatchedEdges } from "./match-edges.ts";
import type { WantedType } from "./manifest.ts";
import type { Rule } from "./system.ts";

/** Something that is written and closes installs. Types and versions by index. */
export type Closing =
  /** A NO row of a type's edges. */
  | { readonly kind: "edge"; readonly type: number; readonly rule: Rule }
  /** That edges have the default deny, which stands at `rule`: what no row of theirs allows is closed. */
  | { readonly kind: "edge-default"; readonly type: number; readonly rule: Rule }
  /** What the Manifest says beside an Artifact. */
  | { readonly kind: "depends"; readonly type: number; readonly to: number; readonly rule: Rule }
  /** What an Artifact itself asks for; `rule` is where the Manifest names it. */
  | {
      readonly kind: "artifact-depends";
      readonly type: number;
      readonly to: number;
      /** `rootfs-image.gateway.version=gateway-2` */
      readonly needs: string;
      readonly rule: Rule;
    };

/** Each list forbids the install by itself, until one of its members is left out. */
export type Objections = readonly (readonly Closing[])[];

/** The installs of one Component as they would be if nothing that is written closed any. */
export interface OpenInstalls {
  /** For each version the versions that an Artifact at hand brings, ascending. */
  readonly hops: readonly (readonly number[])[];
  readonly objections: (from: number, to: number) => Objections;
  /** Whether edges close it, whatever Artifact brings it. */
  readonly isClosedByEdges: (from: number, to: number) => boolean;
}

export interface OpenInstallsInput {
  readonly edgesInput: InstallEdgesInput;
  readonly versions: KnownVersions;
  /** Index of the type. */
  readonly type: number;
  readonly wanted: WantedType;
  readonly facts: Facts;
  /** Null: the type has none. */
  readonly edges: MatchedEdges | null;
}

/** Of more ways to bring one version over another than this no install is told apart. */
const maxObjections = 64;

/** Larger Components are not taken apart. */
const maxPairs = 100_000;

/** Null where that cannot be told, because what a Component provides depends on the way it came. */
export function openInstalls(input: OpenInstallsInput): OpenInstalls | null {
  const { edgesInput, versions, facts, edges } = input;
  const { installs } = edgesInput;
  if (versions.names.length * installs.length > maxPairs) return null;
  const contentOf = contentAnyWay(edgesInput);
  if (contentOf === null) return null;
  const sayings = installs.map(({ available }) => sayingsOf(input, available));
  const known = new Map<string, Objections | null>();
  const objections = (from: number, to: number): Objections | null => {
    const key = `${String(from)} ${String(to)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const content = contentOf(from);
    const each = installs.flatMap(({ version, available: { artifact } }, index) => {
      const said = sayings[index];
      if (version !== to || said === undefined) return [];
      const { depends, own } = said;
      const isUnmet =
        artifact !== null && unmetDepends(content, edgesInput.type, artifact).length > 0;
      return [
        [
          ...(depends !== null && !depends.from.includes(from) ? [depends.closing] : []),
          ...(isUnmet && own !== null ? [own] : []),
        ],
      ];
    });
    const byArtifacts = oneOfEach(each);
    const found =
      byArtifacts === null ? null : [...edgeObjections(input, from, to), ...byArtifacts];
    known.set(key, found);
    return found;
  };
  const targets = [...new Set(installs.map(({ version }) => version))].toSorted((a, b) => a - b);
  return {
    hops: versions.names.map((_, from) =>
      targets.filter((to) => to !== from && objections(from, to) !== null),
    ),
    objections: (from, to) => objections(from, to) ?? [],
    isClosedByEdges: (from, to) => {
      const said = edges?.against(facts, from, to);
      return said !== undefined && (said.isUnlisted || said.no.length > 0);
    },
  };
}

interface Sayings {
  /** What the Manifest says beside it. */
  readonly depends: { readonly from: readonly number[]; readonly closing: Closing } | null;
  /** What it asks for itself. */
  readonly own: Closing | null;
}

function sayingsOf(
  { edgesInput, type, versions, wanted }: OpenInstallsInput,
  available: AvailableArtifact,
): Sayings {
  const { artifact, depends } = available;
  const to = edgesInput.installs.find((one) => one.available === available)?.version ?? -1;
  const from = depends === null ? null : versionsOf(depends, versions).set;
  return {
    depends:
      depends === null || from === null
        ? null
        : { from, closing: { kind: "depends", type, to, rule: ruleAt(depends.at) } },
    own:
      artifact === null
        ? null
        : {
            kind: "artifact-depends",
            type,
            to,
            needs: needsOf(artifact),
            rule: ruleAt(placeOf(wanted, available)),
          },
  };
}

/** Where the Manifest names the Artifact. */
function placeOf(
  { target, steppingStones }: WantedType,
  { role, name, depends }: AvailableArtifact,
): Place {
  if (role === "target") return target.at;
  const stone = steppingStones.find((one) =>
    one.depends === null || depends === null ? one.name === name : one.depends === depends,
  );
  return (stone ?? target).at;
}

function needsOf({ depends }: Pick<Artifact, "depends">): string {
  return [...depends]
    .filter(([key], _, all) => key !== "device_type" || all.length === 1)
    .map(([key, values]) => `${key}=${values.join(" or ")}`)
    .join(", ");
}

function ruleAt({ file, line, text }: Place): Rule {
  return { file, line: line ?? 1, row: text ?? "" };
}

function edgeObjections(
  { edges, facts, type }: OpenInstallsInput,
  from: number,
  to: number,
): Objections {
  if (edges === null) return [];
  const { no, isUnlisted } = edges.against(facts, from, to);
  const { defaultAt } = edges.table;
  const unlisted = { kind: "edge-default", type, rule: ruleAt(defaultAt) } as const;
  return [
    ...no.map((rule) => [{ kind: "edge" as const, type, rule }]),
    ...(isUnlisted ? [[unlisted]] : []),
  ];
}

/**
 * The install is open where one of the Artifacts has nothing against it; so it is closed by one objection of each,
 * whichever. Null: there are too many.
 */
function oneOfEach(each: readonly (readonly Closing[])[]): Objections | null {
  if (each.some(({ length }) => length === 0)) return [];
  if (each.reduce((product, { length }) => product * length, 1) > maxObjections) return null;
  return each.reduce<Objections>(
    (chosen, own) => chosen.flatMap((some) => own.map((one) => [...some, one])),
    [[]],
  );
}
