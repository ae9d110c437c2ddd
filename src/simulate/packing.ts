import type { Deployment, Member } from "../deployment/deployment.ts";
import { roundNames } from "../deployment/rounds.ts";
import type { Packed } from "./checker/model.ts";
import { type VectorTable, vectorTable } from "./checker/vector-table.ts";
import { AlikeConditions } from "./alike-conditions.ts";
import type { AlikeClass } from "./alike.ts";
import { memberNumbers, numbering } from "./member-numbers.ts";
import type { Lasting, Situation } from "./situation.ts";

/**
 * Packs situations: equal ones get equal numbers, where equal means that all that can still come is equal. How they
 * came about is left out: the run's number, its boot id, and what the failure was. Each part has a number of its own,
 * the same for equal ones: a Member, a Component with what it really runs, Components beside each other.
 */
export function packing(
  { deployment: first, lasting }: Situation,
  { classes, capOf }: Alike,
): () => Packed<Situation> {
  const inClasses = new Set(classes.flat());
  const alone = [...first.members.keys()].filter((place) => !inClasses.has(place));
  const parts: Parts = {
    places: new Map(first.members.map(({ id }, index) => [id, index])),
    ofMember: memberNumbers(),
    versions: numbering(),
    components: vectorTable(),
    together: vectorTable(),
    endings: numbering(),
    gates: numbering(),
    count: first.members.length,
    classes,
    alone: Array.from({ length: Math.ceil(alone.length / beside) }, (_, index) =>
      alone.slice(index * beside, (index + 1) * beside),
    ),
    capOf,
    sound: lasting.components,
  };
  return () => new PackedSituation(parts);
}

/** Which Components are alike, and how far those in the same condition are counted. */
export interface Alike {
  readonly classes: readonly AlikeClass[];
  readonly capOf: (faultsLeft: number) => number;
}

interface Parts extends Alike {
  readonly places: ReadonlyMap<string, number>;
  readonly ofMember: (member: Member) => number;
  readonly versions: (version: string | null) => number;
  readonly components: VectorTable;
  readonly together: VectorTable;
  readonly endings: (text: string) => number;
  readonly gates: (text: string) => number;
  readonly count: number;
  /** Those that are not alike to any other, some beside each other. */
  readonly alone: readonly (readonly number[])[];
  /** Of Components with which nothing lasting is wrong. */
  readonly sound: Lasting["components"];
}

/** So many Components beside each other have one number. */
const beside = 8;
/** The faults that are left, and the deployment without its Components. */
const headLength = 7;

class PackedSituation implements Packed<Situation> {
  readonly ints: Int32Array;
  readonly length: number;
  readonly #parts: Parts;
  readonly #members: (Member | null)[];
  readonly #world: (string | null)[];
  /** Of each Component: its Member, what it runs, whether it is called and what is wrong with it, and all of these. */
  readonly #memberNumbers: Int32Array;
  readonly #versions: Int32Array;
  readonly #calls: Int32Array;
  readonly #components: Int32Array;
  // Used anew each time.
  readonly #called: Uint8Array;
  readonly #alike: readonly AlikeConditions[];
  readonly #some = new Int32Array(beside);
  readonly #component = new Int32Array(2);

  constructor(parts: Parts) {
    const { count } = parts;
    this.#parts = parts;
    this.length = headLength + parts.alone.length + parts.classes.length;
    this.ints = new Int32Array(this.length);
    this.#members = Array.from({ length: count }, () => null);
    this.#world = Array.from({ length: count }, () => null);
    this.#memberNumbers = new Int32Array(count);
    this.#versions = new Int32Array(count).fill(parts.versions(null));
    this.#calls = new Int32Array(count);
    this.#components = new Int32Array(count).fill(-1);
    this.#called = new Uint8Array(count);
    this.#alike = parts.classes.map((places) => new AlikeConditions(places));
  }

  become(other: PackedSituation): void {
    this.ints.set(other.ints);
    this.#memberNumbers.set(other.#memberNumbers);
    this.#versions.set(other.#versions);
    this.#calls.set(other.#calls);
    this.#components.set(other.#components);
    for (let at = 0; at < this.#parts.count; at += 1) {
      this.#members[at] = other.#members[at] ?? null;
      this.#world[at] = other.#world[at] ?? null;
    }
  }

  pack(situation: Situation, faultsLeft: number): boolean {
    const isCappedAnew = this.ints[0] !== faultsLeft;
    this.ints[0] = faultsLeft;
    let isSame = !this.#packHead(situation) && !isCappedAnew;
    const calls = this.#callsIn(situation.deployment);
    this.#noteLasting(situation, calls);
    let at = headLength;
    let hasAnyChanged = false;
    for (const places of this.#parts.alone) {
      if (this.#haveChanged(situation, places, calls)) {
        for (const [index, place] of places.entries()) {
          this.#some[index] = this.#components[place] ?? 0;
        }
        this.ints[at] = this.#parts.together.numberOf(this.#some, places.length);
        hasAnyChanged = true;
        isSame = false;
      }
      at += 1;
    }
    for (const [index, places] of this.#parts.classes.entries()) {
      if (this.#haveChanged(situation, places, calls) || isCappedAnew) {
        hasAnyChanged = true;
        const number = this.#countedIn(index, faultsLeft);
        if (number !== this.ints[at]) isSame = false;
        this.ints[at] = number;
      }
      at += 1;
    }
    return isSame && hasAnyChanged && situation.deployment.open !== null;
  }

  #countedIn(index: number, faultsLeft: number): number {
    const { capOf, together } = this.#parts;
    const conditions = this.#alike[index];
    if (conditions === undefined) throw new Error("a class that is not there");
    conditions.count(this.#components, capOf(faultsLeft));
    return together.numberOf(conditions.counts, conditions.length);
  }

  #haveChanged(situation: Situation, places: readonly number[], calls: Uint8Array): boolean {
    const { world, deployment } = situation;
    let hasChanged = false;
    for (const place of places) {
      // Mostly it is one of many.
      const isSame =
        this.#members[place] === deployment.members[place] &&
        this.#world[place] === world[place] &&
        this.#calls[place] === calls[place];
      if (!isSame && this.#hasChanged(situation, place, calls)) hasChanged = true;
    }
    return hasChanged;
  }

  #hasChanged({ deployment, world }: Situation, at: number, calls: Uint8Array): boolean {
    const member = deployment.members[at];
    const runs = world[at] ?? null;
    const called = calls[at] ?? 0;
    if (member === undefined) throw new Error("a Component that is not of this System");
    const { ofMember, versions } = this.#parts;
    if (this.#members[at] !== member) this.#memberNumbers[at] = ofMember(member);
    if (this.#world[at] !== runs) this.#versions[at] = versions(runs);
    this.#members[at] = member;
    this.#world[at] = runs;
    this.#calls[at] = called;
    const number = this.#componentNumber(
      this.#memberNumbers[at] ?? 0,
      this.#versions[at] ?? 0,
      called,
    );
    const isSame = number === this.#components[at];
    this.#components[at] = number;
    return !isSame;
  }

  /** Put together where that fits into an int, which it nearly always does. */
  #componentNumber(member: number, version: number, called: number): number {
    const rest = version * 16 + called;
    if (member < memberRange && rest < restRange) return member * restRange + rest;
    this.#component[0] = member;
    this.#component[1] = rest;
    return -2 - this.#parts.components.numberOf(this.#component, 2);
  }

  #noteLasting({ lasting }: Situation, calls: Uint8Array): void {
    if (lasting.components === this.#parts.sound) return;
    for (const [place, fault] of lasting.components.entries()) {
      calls[place] = (calls[place] ?? 0) + lastingNumbers[fault];
    }
  }

  /** Whether anything of it has changed. */
  #packHead({ deployment, isShaken, lasting }: Situation): boolean {
    const { open, ended, direction } = deployment;
    const [, flags, cursor, stage, detour, round, gates] = this.ints;
    this.ints[1] =
      (deployment.mustReplan ? 1 : 0) +
      (deployment.givenUp ? 2 : 0) +
      (deployment.failure === null ? 4 : 0) +
      (isShaken ? 8 : 0) +
      // On the way back nobody asks for it any more.
      (direction === "forward" && deployment.hasAskedOld ? 16 : 0) +
      (direction === "forward" && deployment.hasAskedFacts ? 512 : 0) +
      (deployment.isWayOutUndecided ? 32 : 0) +
      directions[direction] * 64 +
      (lasting.isSupplyGone ? 256 : 0) +
      deployment.idleRuns * 1024;
    this.ints[2] = deployment.cursor;
    this.ints[3] = deployment.stage;
    this.ints[4] = deployment.detourGroups;
    // Where it has ended no round is open.
    this.ints[5] = ended === null ? roundNumber(open) : -1 - this.#endingNumber(ended);
    this.ints[6] = this.#gatesNumber(deployment);
    return (
      gates !== this.ints[6] ||
      flags !== this.ints[1] ||
      cursor !== this.ints[2] ||
      stage !== this.ints[3] ||
      detour !== this.ints[4] ||
      round !== this.ints[5]
    );
  }

  /** Which one comes follows from the program; what was waited for is over wherever this is asked. */
  #gatesNumber({ begin, gates, runs }: Deployment): number {
    if (begin.gates === undefined) return 0;
    const { passed, asked, waiting } = gates;
    const isWaiting = waiting === null ? null : [waiting.gate, waiting.run === runs];
    return 1 + this.#parts.gates(JSON.stringify([passed, asked !== null, isWaiting]));
  }

  /** Where names do not count, who is named follows from the rest. */
  #endingNumber(ended: NonNullable<Deployment["ended"]>): number {
    const { classes, endings } = this.#parts;
    return endings(classes.length === 0 ? JSON.stringify(ended) : ended.outcome);
  }

  /** Who is in the round follows from the program; who has not ended yet does not. */
  #callsIn({ open }: Deployment): Uint8Array {
    const { places } = this.#parts;
    const calls = this.#called.fill(0);
    if (open === null) return calls;
    for (const id of open.waiting) calls[places.get(id) ?? -1] = waited;
    for (const id of open.started) {
      const place = places.get(id) ?? -1;
      calls[place] = (calls[place] ?? 0) | started;
    }
    return calls;
  }
}

const directions = { forward: 0, back: 1, out: 2 } as const;
const memberRange = 2 ** 20;
const restRange = 2 ** 11;
const waited = 1;
const started = 2;
const lastingNumbers = { none: 0, cleanup: 4, rollback: 8, both: 12 } as const;

function roundNumber(open: Deployment["open"]): number {
  if (open === null) return 0;
  const { round, group } = open.intent;
  return 1 + roundNames.indexOf(round) + roundNames.length * ((group ?? -1) + 1);
}
