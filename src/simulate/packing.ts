import type { Deployment, Member } from "../deployment/deployment.ts";
import { roundNames } from "../deployment/rounds.ts";
import type { Packed } from "./checker/model.ts";
import { type VectorTable, vectorTable } from "./checker/vector-table.ts";
import { memberNumbers, numbering } from "./member-numbers.ts";
import type { Lasting, Situation } from "./situation.ts";

/**
 * Packs situations: equal ones get equal numbers, where equal means that all that can still come is equal. How they
 * came about is left out: the run's number, its boot id, and what the failure was. Each part has a number of its own,
 * the same for equal ones: a Member, a Component with what it really runs, Components beside each other.
 */
export function packing({ deployment: first, lasting }: Situation): () => Packed<Situation> {
  const parts: Parts = {
    places: new Map(first.members.map(({ id }, index) => [id, index])),
    ofMember: memberNumbers(),
    versions: numbering(),
    components: vectorTable(),
    together: vectorTable(),
    endings: numbering(),
    count: first.members.length,
    sound: lasting.components,
  };
  return () => new PackedSituation(parts);
}

interface Parts {
  readonly places: ReadonlyMap<string, number>;
  readonly ofMember: (member: Member) => number;
  readonly versions: (version: string | null) => number;
  readonly components: VectorTable;
  readonly together: VectorTable;
  readonly endings: (text: string) => number;
  readonly count: number;
  /** Of Components with which nothing lasting is wrong. */
  readonly sound: Lasting["components"];
}

/** So many Components beside each other have one number. */
const beside = 8;
/** The first is the checker's, then come those of the deployment. */
const headLength = 6;

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
  readonly #some = new Int32Array(beside);
  readonly #component = new Int32Array(2);

  constructor(parts: Parts) {
    const { count } = parts;
    this.#parts = parts;
    this.length = headLength + Math.ceil(count / beside);
    this.ints = new Int32Array(this.length);
    this.#members = Array.from({ length: count }, () => null);
    this.#world = Array.from({ length: count }, () => null);
    this.#memberNumbers = new Int32Array(count);
    this.#versions = new Int32Array(count).fill(parts.versions(null));
    this.#calls = new Int32Array(count);
    this.#components = new Int32Array(count).fill(-1);
    this.#called = new Uint8Array(count);
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

  pack(situation: Situation): void {
    const { deployment } = situation;
    this.#packHead(situation);
    const calls = this.#callsIn(deployment);
    this.#noteLasting(situation, calls);
    const { count } = this.#parts;
    for (let from = 0; from < count; from += beside) {
      const to = Math.min(from + beside, count);
      let isSame = true;
      for (let at = from; at < to; at += 1) {
        if (this.#hasChanged(situation, at, calls)) isSame = false;
      }
      if (isSame) continue;
      for (let at = from; at < to; at += 1) this.#some[at - from] = this.#components[at] ?? 0;
      const number = this.#parts.together.numberOf(this.#some, to - from);
      this.ints[headLength + from / beside] = number;
    }
  }

  #hasChanged({ deployment, world }: Situation, at: number, calls: Uint8Array): boolean {
    const member = deployment.members[at];
    const runs = world[at] ?? null;
    const called = calls[at] ?? 0;
    if (member === undefined) throw new Error("a Component that is not of this System");
    if (this.#members[at] === member && this.#world[at] === runs && this.#calls[at] === called) {
      return false;
    }
    const { ofMember, versions, components } = this.#parts;
    if (this.#members[at] !== member) this.#memberNumbers[at] = ofMember(member);
    if (this.#world[at] !== runs) this.#versions[at] = versions(runs);
    this.#members[at] = member;
    this.#world[at] = runs;
    this.#calls[at] = called;
    this.#component[0] = this.#memberNumbers[at] ?? 0;
    this.#component[1] = (this.#versions[at] ?? 0) * 16 + called;
    const number = components.numberOf(this.#component, 2);
    const isSame = number === this.#components[at];
    this.#components[at] = number;
    return !isSame;
  }

  #noteLasting({ lasting }: Situation, calls: Uint8Array): void {
    if (lasting.components === this.#parts.sound) return;
    for (const [place, fault] of lasting.components.entries()) {
      calls[place] = (calls[place] ?? 0) + lastingNumbers[fault];
    }
  }

  #packHead({ deployment, isShaken, lasting }: Situation): void {
    const { open, ended, direction } = deployment;
    this.ints[1] =
      (deployment.mustReplan ? 1 : 0) +
      (deployment.givenUp ? 2 : 0) +
      (deployment.failure === null ? 4 : 0) +
      (isShaken ? 8 : 0) +
      // On the way back nobody asks for it any more.
      (direction === "forward" && deployment.hasAskedOld ? 16 : 0) +
      (deployment.isWayOutUndecided ? 32 : 0) +
      directions[direction] * 64 +
      (lasting.isSupplyGone ? 256 : 0) +
      deployment.idleRuns * 512;
    this.ints[2] = deployment.cursor;
    this.ints[3] = deployment.stage;
    this.ints[4] = deployment.detourGroups;
    // Where it has ended no round is open.
    this.ints[5] =
      ended === null ? roundNumber(open) : -1 - this.#parts.endings(JSON.stringify(ended));
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
const waited = 1;
const started = 2;
const lastingNumbers = { none: 0, cleanup: 4, rollback: 8, both: 12 } as const;

function roundNumber(open: Deployment["open"]): number {
  if (open === null) return 0;
  const { round, group } = open.intent;
  return 1 + roundNames.indexOf(round) + roundNames.length * ((group ?? -1) + 1);
}
