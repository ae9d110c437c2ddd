import type { ComponentType } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import type { AvailableArtifact } from "./available-artifacts.ts";
import type { Facts } from "./fact-cells.ts";
import { resolveCondition } from "./fact-head.ts";
import type { Manifest } from "./manifest.ts";
import type { MatchComponent, MatchInput } from "./match-input.ts";
import { tablesOf } from "./named-versions.ts";
import { headsOf } from "./rule.ts";
import type { Constraints } from "./written-constraints.ts";

/** What is known of a Component besides its version: what it provides, and what is said of it. */
export function factsOf({ current, facts }: MatchComponent): Facts {
  if (current.kind === "version") return facts;
  return facts.size === 0 ? current.provides : new Map([...current.provides, ...facts]);
}

/** What a Component tells of itself, and what the Topology says of it. */
interface ToldFacts {
  readonly declared: readonly { readonly key: string; readonly value: string }[];
  readonly provides: ReadonlyMap<string, string>;
  readonly inventory: ReadonlyMap<string, readonly string[]>;
}

/** All that is told of it, each value once: a fact has one. */
export function valuesOfFact(
  key: string,
  { declared, provides, inventory }: ToldFacts,
): readonly string[] {
  const said = declared.filter((fact) => fact.key === key).map(({ value }) => value);
  const provided = provides.get(key);
  return [
    ...new Set([
      ...said,
      ...(provided === undefined ? [] : [provided]),
      ...(inventory.get(key) ?? []),
    ]),
  ];
}

/** A fact that somebody asks for. */
export interface AskedFact {
  readonly type: ComponentType;
  readonly key: string;
  readonly at: Place;
}

/** Those of which the Manifest and the device's own rules speak. */
export function askedFacts(
  { componentTypes, constraints }: Pick<Manifest, "componentTypes" | "constraints">,
  device: Constraints | null,
): readonly AskedFact[] {
  const types = componentTypes.map(({ type }) => type);
  const ofRules = [constraints, device].flatMap((one) =>
    (one?.rules ?? []).flatMap((rule): readonly AskedFact[] => {
      const { sharing } = rule;
      return headsOf(rule)
        .flat()
        .flatMap(({ head, at }) => {
          const named = resolveCondition(head, types);
          if (named === null) return [];
          const shared = sharing === null ? [] : [{ type: named.type, key: sharing.name, at }];
          return named.key === null
            ? shared
            : [...shared, { type: named.type, key: named.key, at }];
        });
    }),
  );
  const ofTables = [constraints, device].flatMap((one) =>
    tablesOf(one).flatMap((table): readonly AskedFact[] =>
      table.columns.flatMap(({ head, at }) => {
        const named = resolveCondition(head, types);
        if (named === null) return [];
        const { type, key } = named;
        const { sharing } = table;
        return [
          ...(sharing === null ? [] : [{ type, key: sharing.name, at: sharing.at }]),
          ...(key === null ? [] : [{ type, key, at }]),
        ];
      }),
    ),
  );
  const ofEdges = componentTypes.flatMap(({ type, edges }) =>
    (edges?.rows ?? []).flatMap(({ facts }) =>
      facts.map(({ key, cell }) => ({ type, key, at: cell.at })),
    ),
  );
  const first = new Map<string, AskedFact>();
  for (const fact of [...ofRules, ...ofTables, ...ofEdges]) {
    const name = JSON.stringify([fact.type, fact.key]);
    if (!first.has(name)) first.set(name, fact);
  }
  return [...first.values()];
}

/** The keys of the facts that are asked of a type, for each type of which any is. */
export type AskedKeys = ReadonlyMap<ComponentType, readonly string[]>;

export function askedKeys(...speakers: Parameters<typeof askedFacts>): AskedKeys {
  const keys = new Map<ComponentType, readonly string[]>();
  for (const { type, key } of askedFacts(...speakers)) {
    keys.set(type, [...(keys.get(type) ?? []), key]);
  }
  return keys;
}

/** Facts of which two say something else, or that an update changes. */
export function factProblems({
  manifest,
  deviceConstraints,
  components,
  artifacts,
}: MatchInput): readonly Problem[] {
  return askedFacts(manifest, deviceConstraints).flatMap((fact) => [
    ...components
      .filter(({ type }) => type === fact.type)
      .flatMap((component) => disagreement(fact, component)),
    ...artifacts
      .filter(({ type, artifact }) => type === fact.type && artifact !== null)
      .slice(0, maxArtifacts)
      .flatMap((available) => (isChanged(fact, available) ? [changed(fact, available)] : [])),
  ]);
}

const maxArtifacts = 1_000;

function disagreement(
  { key }: AskedFact,
  { id, current, facts, at }: MatchComponent,
): readonly Problem[] {
  const said = facts.get(key);
  const provided = current.kind === "provides" ? current.provides.get(key) : undefined;
  if (said === undefined || provided === undefined || said === provided) return [];
  return [
    {
      code: "facts-disagree",
      message: `"${id}" provides "${key}" as "${provided}", and "${said}" is said of it.`,
      ...(at !== null && { at }),
      expected: provided,
      got: said,
      hint: `Correct "facts" in the Topology or the state file, or what the Component reports.`,
    },
  ];
}

function isChanged({ key }: AskedFact, { artifact }: AvailableArtifact): boolean {
  return artifact !== null && artifact.provides.has(key);
}

function changed({ type, key, at }: AskedFact, { name }: AvailableArtifact): Problem {
  return {
    code: "fact-changes",
    message: `"${key}" is no fact of "${type}": the Artifact "${name}" sets it.`,
    at,
    expected: "a key that no update changes",
    got: key,
    hint: "Ask for the version in its place, or let the Artifact not provide the key.",
  };
}
