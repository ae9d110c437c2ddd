import type { SystemVersion, Version } from "../../core/ids.ts";
import { defaultNodeLimit } from "../../core/node-limit.ts";
import type { Rule, System, SystemState } from "../../manifest/system.ts";
import { startingIn } from "../constraints/state-acceptance.ts";
import type { Heard, SearchLimit } from "../model/budget.ts";
import { at } from "../model/moves.ts";
import { opening } from "./step-conflicts.ts";
import { pathsTo } from "./step-paths.ts";
import { lawOf } from "./step-rules.ts";
import { decideFrom } from "../search/decide.ts";
import { acceptabilityOf } from "../constraints/acceptability.ts";
import { type Grounding, groundingOf } from "../constraints/grounding.ts";

/**
 * From one System version to another. `yes`: with the Artifacts at hand. `allowed`: the tables let every
 * Component go there at once, had it the Artifact. `no`: they do not.
 */
export type Reach = "same" | "yes" | "allowed" | "no" | "undecided";

export interface Reachability {
  readonly names: readonly SystemVersion[];
  /** The row of the first end table that names each. */
  readonly rules: readonly (Rule | null)[];
  /** One state of each. */
  readonly states: readonly SystemState[];
  /** [from][to] */
  readonly reach: readonly (readonly Reach[])[];
}

/** How many System versions are compared with each other. */
const maxCompared = 40;

interface ReachOptions {
  /** States and steps to look at for a pair. */
  readonly stepLimit?: number;
  readonly heard?: Heard | undefined;
}

/** Between each two end states, those of one name taken for one. */
export function reachability(
  system: System,
  { stepLimit = 20_000, heard }: ReachOptions = {},
): Reachability {
  const limit = { nodeLimit: stepLimit, heard };
  const grounding = groundingOf(system);
  const ends = namedEnds(system, grounding).slice(0, maxCompared);
  return {
    names: ends.map(({ name }) => name),
    rules: ends.map(({ rule }) => rule),
    states: ends.map(({ domains }) => domains.map((domain) => at(domain, 0))),
    reach: ends.map((from) =>
      ends.map((to) => (from === to ? "same" : reachOf(system, grounding, from, to, limit))),
    ),
  };
}

interface NamedEnd {
  readonly name: SystemVersion;
  readonly rule: Rule | null;
  /** For each Component the versions that it may have. */
  readonly domains: readonly (readonly number[])[];
}

/** The first end state of each name. */
function namedEnds(system: System, grounding: Grounding): readonly NamedEnd[] {
  const { ends, tableClasses } = acceptabilityOf(system, grounding);
  const found = new Map<SystemVersion, NamedEnd>();
  for (const { name, rules, domains } of ends.boxes) {
    if (name === null || found.has(name)) continue;
    const own = system.components.map(({ type }, component) => {
      const all = [...at(system.types, type).versions.keys()];
      return domains[at(tableClasses.of, component)] ?? all;
    });
    found.set(name, { name, rule: rules[0] ?? null, domains: own });
  }
  return [...found.values()].toSorted(byRow);
}

/** As the file has them. */
function byRow(a: NamedEnd, b: NamedEnd): number {
  if (a.rule === null || b.rule === null || a.rule.file !== b.rule.file) return 0;
  return a.rule.line - b.rule.line;
}

function reachOf(
  system: System,
  grounding: Grounding,
  from: NamedEnd,
  to: NamedEnd,
  limit: SearchLimit,
): Reach {
  const start = from.domains.map((domain) => at(domain, 0));
  const here = startingIn(system, start);
  if (acceptabilityOf(here, grounding).endName(start) === null) return "no";
  const goals = to.domains.map((domain, component) =>
    domain.includes(at(start, component)) ? [at(start, component)] : domain,
  );
  const found = isWay(here, grounding, goals, to.name, limit);
  if (found === "way") return "yes";
  // Of hops that depend on the way only those are known that hold whatever the way: there may be more.
  if (system.components.some(({ ways }) => ways !== undefined)) return "undecided";
  const direct = {
    ...here,
    components: here.components.map((component, index) => ({
      ...component,
      hops: component.hops.map((_, version) =>
        version === start[index] ? at(goals, index).filter((goal) => goal !== version) : [],
      ),
    })),
  };
  const allowed = isWay(direct, grounding, goals, to.name, limit);
  if (allowed === "way") return "allowed";
  return found === "undecided" || allowed === "undecided" ? "undecided" : "no";
}

function isWay(
  system: System,
  grounding: Grounding,
  goals: readonly (readonly number[])[],
  name: SystemVersion,
  { nodeLimit, heard }: SearchLimit,
): "way" | "none" | "undecided" {
  const { endName } = acceptabilityOf(system, grounding);
  // The order is written for the wanted state only.
  const free = { ...system, types: system.types.map((type) => ({ ...type, order: null })) };
  const isGoal = (state: SystemState) => endName(state) === name;
  const budget = { left: nodeLimit, heard };
  return opening({
    system: free,
    law: lawOf(free, grounding),
    paths: pathsTo(free, goals),
    isGoal,
    isLifted: () => false,
    budget,
  }).kind;
}

/** The System versions from which the wanted state is in reach, but for the order that is written by hand. */
export function brokenByOrder(
  system: System,
  { names, states, reach }: Reachability,
  heard?: Heard,
): readonly SystemVersion[] {
  if (system.types.every(({ order }) => order === null)) return [];
  const limit = { nodeLimit: defaultNodeLimit, heard };
  const goal = acceptabilityOf(system).endName(
    system.components.map(({ type }) => at(system.types, type).target),
  );
  const to = names.findIndex((name) => name === goal);
  return names.filter((_, from) => {
    if (reach[from]?.[to] !== "yes") return false;
    return decideFrom(system, at(states, from), limit).kind === "no-plan";
  });
}

/** Versions that tables name, that no Artifact installs and that no end state holds, for each type. */
export function strayVersions(system: System): readonly (readonly Version[])[] {
  const { ends, tableClasses } = acceptabilityOf(system);
  return system.types.map(({ versions, target }, type) => {
    const own = [...system.components.keys()].filter(
      (component) => system.components[component]?.type === type,
    );
    return versions.filter((version, index) => {
      if (version === "?" || index === target) return false;
      const isInstalled = own.some((component) =>
        system.components[component]?.hops.some((targets) => targets.includes(index)),
      );
      const isHeld = ends.boxes.some(({ domains }) =>
        own.some((component) => domains[at(tableClasses.of, component)]?.includes(index)),
      );
      return !isInstalled && !isHeld;
    });
  });
}
