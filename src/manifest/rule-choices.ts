import type { ComponentType } from "../core/ids.ts";
import type { Place, Problem } from "../core/problem.ts";
import { type Facts, matchesFact, mayMatchFact } from "./fact-cells.ts";
import { componentNamed, componentsOfType, unknownComponent } from "./match-columns.ts";
import type { FactCondition, Slot } from "./rule-parts.ts";
import type { Column } from "./system.ts";
import type { Named } from "./table.ts";
import type { VersionDomains } from "./version-domains.ts";

/** What is known of one Component. */
export interface KnownFacts {
  readonly facts: Facts;
  /** Where a file tells of it; null: it was asked. */
  readonly at: Place | null;
}

/** A rule, or a table, as far as it matters whom it speaks of. */
export interface Speaker {
  readonly kind: "rule" | "table";
  readonly name: string;
  readonly sharing: Named | null;
  readonly at: Place;
  readonly slots: readonly Slot[];
  /** What is asked of the facts of whoever stands in the slot, to decide what is said. */
  readonly asked: (slot: number) => readonly FactCondition[];
  /** Whether it leaves out Components of its type that no column names: then each of the others is named. */
  readonly isPartial?: (slot: number) => boolean;
}

/** Components that stand in the slots; those that are alike are one choice. */
export interface Choice {
  /** One for each slot; null: a Component that is left out. */
  readonly columns: readonly (Column | null)[];
  /** One for each slot. */
  readonly facts: readonly Facts[];
}

export interface Choices {
  readonly choices: readonly Choice[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** Of one rule or table. */
const maxChoices = 20_000;

/** Who may stand in a slot. */
interface Candidate {
  /** Null: a Component that is left out. */
  readonly column: Column | null;
  /** One whose facts are those of all in the column. */
  readonly facts: Facts;
}

export function choicesOf(
  speaker: Speaker,
  domains: VersionDomains,
  known: readonly KnownFacts[],
): Choices {
  const { slots, sharing } = speaker;
  const facts = known.map((one) => one.facts);
  const placed = slots.map((slot) => placeSlot(slot, slots, domains));
  const problems = placed.flatMap((one) => one.problems);
  const nobody = slots.find((_, at) => placed[at]?.members.length === 0);
  if (problems.length > 0) return { choices: [], problems, notes: [] };
  if (nobody !== undefined && !domains.absent.includes(nobody.type))
    return { choices: [], problems, notes: [notApplied(speaker, nobody.type)] };
  const lone = slots.find(({ type }) => isOneForTwo(type, slots, domains));
  if (lone !== undefined) return { choices: [], problems, notes: [needsTwo(speaker, lone.type)] };
  const lacking =
    sharing === null ? [] : withoutFact(speaker, sharing.name, placed, known, domains);
  if (lacking.length > 0) return { choices: [], problems: lacking, notes: [] };
  const candidates = slots.map((slot, at): readonly Candidate[] => {
    const members = placed[at]?.members ?? [];
    const speaksOf = members.filter((component) => isSpokenOf(slot, facts[component]));
    const isWhole =
      slot.id === null &&
      sharing === null &&
      speaker.isPartial?.(at) !== true &&
      speaksOf.length === members.length &&
      members.length > 0 &&
      areAlike(speaker.asked(at), members, facts);
    const type = domains.types.findIndex(({ name }) => name === slot.type);
    const present = (isWhole ? speaksOf.slice(0, 1) : speaksOf).map((component) => ({
      column: { type, component: isWhole ? null : component },
      facts: facts[component] ?? noFacts,
    }));
    const leftOut = { column: null, facts: noFacts };
    return isAbsent(slot, members, domains) ? [...present, leftOut] : present;
  });
  const chosen = combined(candidates, sharing?.name ?? null);
  if (chosen === null) return { choices: [], problems: [tooManyChoices(speaker)], notes: [] };
  const choices = chosen.map((all) => ({
    columns: all.map(({ column }) => column),
    facts: all.map((one) => one.facts),
  }));
  return { choices, problems, notes: toldByNobody(speaker, placed, facts) };
}

const noFacts: Facts = new Map();

function isSpokenOf({ when }: Slot, facts: Facts | undefined): boolean {
  return when.every(({ key, cell }) => mayMatchFact(cell, facts?.get(key)));
}

/** Whether no fact that is asked tells them apart. */
function areAlike(
  asked: readonly FactCondition[],
  members: readonly number[],
  facts: readonly Facts[],
): boolean {
  const told = members.map((member) =>
    asked
      .map(({ key, cell }) => {
        const value = facts[member]?.get(key);
        return `${matchesFact(cell, value)} ${mayMatchFact(cell, value)}`;
      })
      .join(),
  );
  return new Set(told).size <= 1;
}

/** The Components that are there and may stand in the slot. */
function placeSlot(
  { type, id, at: place }: Slot,
  slots: readonly Slot[],
  domains: VersionDomains,
): { readonly members: readonly number[]; readonly problems: readonly Problem[] } {
  const own = componentsOfType(type, domains);
  if (id === null) {
    const others = slots.flatMap((slot) =>
      slot.type === type && slot.id !== null ? [componentNamed(slot.id, type, domains)] : [],
    );
    return { members: own.filter((at) => !others.includes(at)), problems: [] };
  }
  const component = componentNamed(id, type, domains);
  if (component !== null) return { members: [component], problems: [] };
  const isUnknown = own.length > 0 && !domains.absent.includes(type);
  const head = { head: `${type}@${id}`, at: place };
  return { members: [], problems: isUnknown ? [unknownComponent(head, id, type, domains)] : [] };
}

/** Nobody knows what a Component that does not answer is called: it may be the one that is named. */
function isAbsent(
  { type, id }: Slot,
  members: readonly number[],
  { absent }: VersionDomains,
): boolean {
  return absent.includes(type) && (id === null || members.length === 0);
}

function isOneForTwo(
  type: ComponentType,
  slots: readonly Slot[],
  domains: VersionDomains,
): boolean {
  if (domains.absent.includes(type)) return false;
  const own = componentsOfType(type, domains);
  return slots.filter((slot) => slot.type === type).length > own.length;
}

/** Every choice of different Components, of which all that have the shared fact have the same; null: too many. */
function combined(
  candidates: readonly (readonly Candidate[])[],
  sharing: string | null,
): readonly (readonly Candidate[])[] | null {
  const valueOf = ({ facts }: Candidate) => (sharing === null ? undefined : facts.get(sharing));
  let all: readonly (readonly Candidate[])[] = [[]];
  for (const own of candidates) {
    const next: (readonly Candidate[])[] = [];
    const fitting = byValue(own, valueOf);
    for (const before of all) {
      const value = before.map(valueOf).find((one) => one !== undefined);
      for (const candidate of fitting(value)) {
        if (before.some((other) => isSame(other, candidate))) continue;
        next.push([...before, candidate]);
        if (next.length > maxChoices) return null;
      }
    }
    all = next;
  }
  return all;
}

/** Those that have the value, or none; all of them where none is asked for. */
function byValue(
  candidates: readonly Candidate[],
  valueOf: (candidate: Candidate) => string | undefined,
): (value: string | undefined) => readonly Candidate[] {
  const groups = new Map<string | undefined, Candidate[]>();
  for (const candidate of candidates) {
    const value = valueOf(candidate);
    const group = groups.get(value) ?? [];
    group.push(candidate);
    groups.set(value, group);
  }
  return (value) =>
    value === undefined
      ? candidates
      : [...(groups.get(value) ?? []), ...(groups.get(undefined) ?? [])];
}

function isSame({ column: one }: Candidate, { column: other }: Candidate): boolean {
  return one !== null && one.component !== null && one.component === other?.component;
}

function withoutFact(
  { kind, name, at }: Speaker,
  key: string,
  placed: readonly { readonly members: readonly number[] }[],
  known: readonly KnownFacts[],
  { components }: VersionDomains,
): readonly Problem[] {
  const members = new Set(placed.flatMap((one) => one.members));
  return [...members].flatMap((component) =>
    known[component]?.facts.has(key) === true
      ? []
      : [
          {
            code: isTold(known[component]) ? "fact-missing-in-state" : "fact-missing",
            message: `The ${kind} "${name}" speaks of Components that share "${key}", which "${components[component]?.id ?? ""}" does not have.`,
            at: known[component]?.at ?? at,
            expected: `"${key}" of every Component of the types in the ${kind}`,
            got: "nothing",
            hint: `Let the Component provide it, or say it below "facts" of the Topology or the state file.`,
          },
        ],
  );
}

/** What is asked of Components none of which has the fact: most often it is misspelt. */
function toldByNobody(
  { kind, name, at, slots, asked }: Speaker,
  placed: readonly { readonly members: readonly number[] }[],
  facts: readonly Facts[],
): readonly Problem[] {
  const heads = slots.flatMap(({ type, id, when }, slot) => {
    const members = placed[slot]?.members ?? [];
    return [...when, ...asked(slot)]
      .filter(
        ({ key, cell }) =>
          members.length > 0 &&
          !matchesFact(cell, undefined) &&
          members.every((member) => facts[member]?.has(key) !== true),
      )
      .map(({ key }) => `${type}${id === null ? "" : `@${id}`}:${key}`);
  });
  return [...new Set(heads)].map((head) => factUnknown(`The ${kind} "${name}" asks`, head, at));
}

/** `who`: `The table "end_states" asks` */
export function factUnknown(who: string, head: string, at: Place): Problem {
  return {
    code: "fact-unknown",
    message: `${who} for "${head}", which no Component tells: it is taken as the worst.`,
    at,
    hint: `Check its spelling; let the Component provide it, or say it below "facts" of the Topology or the state file.`,
  };
}

function isTold(known: KnownFacts | undefined): boolean {
  return known !== undefined && known.at !== null;
}

function notApplied({ kind, name, at }: Speaker, type: ComponentType): Problem {
  return {
    code: `${kind}-not-applied`,
    message: `The ${kind} "${name}" says nothing here: the System has no Component of the type "${type}".`,
    at,
    hint: "Nothing is to be done if this kind of System does not have it.",
  };
}

function needsTwo({ kind, name, at }: Speaker, type: ComponentType): Problem {
  return {
    code: `${kind}-not-applied`,
    message: `The ${kind} "${name}" says nothing here: it speaks of two Components of the type "${type}", and the System has one.`,
    at,
    hint: "Nothing is to be done if one is all that there should be.",
  };
}

export function tooManyChoices({ kind, name, at }: Pick<Speaker, "kind" | "name" | "at">): Problem {
  return {
    code: `${kind}-invalid`,
    message: `The ${kind} "${name}" speaks of too many choices of Components.`,
    at,
    expected: "fewer choices, or fewer versions",
    hint: `Name fewer types at once, or only Components that share a fact ("sharing").`,
  };
}
