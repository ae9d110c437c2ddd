import { type ComponentId, unknownVersion } from "../../src/core/ids.ts";
import { contingencyPlan } from "../../src/deployment/contingency-plan.ts";
import { type Action, decide } from "../../src/deployment/decide.ts";
import { type Deployment, owingCleanup } from "../../src/deployment/deployment.ts";
import { begin, evolve, replay } from "../../src/deployment/evolve.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import type { Begin, FoundFact, JournalRecord, Run } from "../../src/deployment/records.ts";
import { after, dropped, type Effect, type World, worldOf } from "../../src/simulate/world.ts";

/** An executor over a journal in memory that is killed at records. */

export interface Kill {
  /** How many records the run writes before. */
  readonly after: number;
  /** The record at which it is killed is in the journal. */
  readonly isWritten: boolean;
  readonly isRebooted: boolean;
  /** The boot loaders drop what was installed and not committed. */
  readonly isDropped: boolean;
  /** What the calls that are at work have done. */
  readonly effect: Effect;
}

/** What else goes wrong. */
export interface Manners {
  /** What it answers to SupportsRollback, whatever was declared. */
  readonly supportsRollback: (component: ComponentId) => "Yes" | "No";
  /** What its call does although it fails, the `nth` of this round from 1; null: it goes well. */
  readonly failsWith: (round: RoundName, component: ComponentId, nth: number) => Effect | null;
  /** Every board has a boot loader that may drop an install, not only the host. */
  readonly areBoardsDroppable: boolean;
}

const wellMannered: Manners = {
  supportsRollback: () => "Yes",
  failsWith: () => null,
  areBoardsDroppable: false,
};

export interface Killing {
  readonly records: readonly JournalRecord[];
  readonly run: Run;
  readonly deployment: Deployment;
  /** The deployment as each prefix of the journal tells it. */
  readonly prefixes: readonly Deployment[];
  readonly world: World;
  /** The whole states that the machine brought about, and what each came from. */
  readonly steps: readonly Step[];
  readonly calls: readonly Called[];
}

interface Step {
  /** Where the way began that it is on. */
  readonly since: World;
  readonly from: World;
  readonly to: World;
}

interface Called {
  readonly round: RoundName;
  readonly stage: number;
  readonly component: ComponentId;
}

class Killed extends Error {}

const at = "1970-01-01T00:00:00.000Z";

export function runWithKills(
  first: Begin,
  kills: readonly Kill[],
  isAtOnce: boolean,
  manners: Manners = wellMannered,
): Killing {
  return new Executor(first, kills, isAtOnce, manners).runToEnd();
}

class Executor {
  readonly #first: Begin;
  readonly #kills: readonly Kill[];
  readonly #isAtOnce: boolean;
  readonly #manners: Manners;
  readonly #records: JournalRecord[];
  readonly #run: Run;
  readonly #steps: Step[] = [];
  readonly #calls: Called[] = [];
  /** What each call at work would do. */
  #atWork: ((effect: Effect) => void)[] = [];
  #deployment: Deployment;
  #world: World;
  #since: World;
  #boots = 0;
  #written = 0;
  #kill = 0;
  #isShaken = false;

  constructor(first: Begin, kills: readonly Kill[], isAtOnce: boolean, manners: Manners) {
    this.#first = first;
    this.#kills = kills;
    this.#isAtOnce = isAtOnce;
    this.#manners = manners;
    this.#run = {
      type: "run",
      at,
      runId: "r",
      bootId: "boot-0",
      verb: "install",
      stopBefore: [],
      exitOnReboot: true,
    };
    this.#records = [first, this.#run];
    this.#deployment = begin(first, this.#run);
    this.#world = worldOf(this.#deployment);
    this.#since = this.#world;
  }

  runToEnd(): Killing {
    for (let runs = 0; this.#deployment.ended === null; runs += 1) {
      if (runs > 50) throw new Error("it does not end");
      try {
        this.#runOnce();
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.#die();
      }
    }
    const prefixes: Deployment[] = [begin(this.#first, this.#run)];
    for (const record of this.#records.slice(2)) {
      prefixes.push(evolve(prefixes.at(-1) ?? this.#deployment, record));
    }
    return {
      records: this.#records,
      run: this.#run,
      deployment: this.#deployment,
      prefixes,
      world: this.#world,
      steps: this.#steps,
      calls: this.#calls,
    };
  }

  #runOnce(): void {
    while (this.#deployment.ended === null) {
      const action = decide(this.#deployment);
      switch (action.kind) {
        case "end":
          this.#write({
            type: "ended",
            at,
            outcome: action.outcome,
            inconsistent: action.inconsistent,
            owed: owingCleanup(this.#deployment),
          });
          break;
        case "replan":
          this.#since = this.#world;
          this.#write(contingencyPlan(this.#deployment));
          break;
        case "reboot-host":
          this.#intend(action);
          this.#takeUp(true);
          break;
        case "round":
          this.#intend(action);
          this.#makeRound(action);
          break;
        default:
          throw new Error(`${action.kind} was not to come`);
      }
    }
  }

  #intend({ round, group, components }: Extract<Action, { components: unknown; round: unknown }>) {
    this.#write({ type: "intent", round, group, components });
  }

  #makeRound({ round, components }: Extract<Action, { kind: "round" }>): void {
    const ends = components.map((component) => {
      const end = this.#call(round, component);
      if (!this.#isAtOnce) end();
      return end;
    });
    if (this.#isAtOnce) for (const end of ends) end();
  }

  /** Starts the call of one Component; what is given back ends it. */
  #call(round: RoundName, component: ComponentId): () => void {
    const { members, stage } = this.#deployment;
    const index = members.findIndex(({ id }) => id === component);
    const work = (effect: Effect) => {
      this.#become(after(this.#world, this.#deployment, round, index, effect));
    };
    this.#calls.push({ round, stage, component });
    const nth = this.#calls.filter(
      (call) => call.round === round && call.component === component,
    ).length;
    const fault = this.#manners.failsWith(round, component, nth);
    this.#atWork.push(work);
    this.#write({ type: "running", component, pid: 1, startTime: "1" });
    return () => {
      this.#atWork = this.#atWork.filter((one) => one !== work);
      work(fault ?? "done");
      const failure = fault === null ? null : { kind: "exited" as const, code: 1 };
      const answer = fault === null ? this.#answer(round, component, index) : null;
      const facts = round === "ExpectFacts" && fault === null ? this.#facts(index) : null;
      this.#write({
        type: "outcome",
        at,
        component,
        failure,
        answer,
        ...(facts !== null && { facts }),
        elapsedMs: 0,
      });
    };
  }

  #answer(round: RoundName, component: ComponentId, index: number): string | null {
    switch (round) {
      case "ExpectOld":
      case "ObserveInterrupted":
      case "ObserveStuck":
      case "ConfirmEnd":
        return this.#world[index] ?? unknownVersion;
      case "SupportsRollback":
        return this.#manners.supportsRollback(component);
      case "NeedsArtifactReboot":
        return this.#rebootsHost(index) ? "Automatic" : "No";
      default:
        return null;
    }
  }

  #facts(index: number): readonly FoundFact[] {
    const planned = this.#first.system.components[index]?.facts ?? [];
    return planned.map(({ key, value }) => ({ key, values: value === null ? [] : [value] }));
  }

  #rebootsHost(index: number): boolean {
    return this.#first.system.components[index]?.rebootsHost === true;
  }

  #become(world: World): void {
    const from = this.#world;
    if (world === from) return;
    this.#world = world;
    // Of what is half-way nobody can say what it goes with.
    if (world.includes(null)) return;
    // What the boot loader dropped was no step of ours, nor is what is passed on the way back from there.
    if (!this.#isShaken || this.#deployment.direction === "forward") {
      this.#steps.push({ since: this.#since, from, to: world });
    }
  }

  #write(record: JournalRecord): void {
    const kill = this.#kills[this.#kill];
    const isDue = kill !== undefined && this.#written >= kill.after;
    this.#written += 1;
    if (isDue && !kill.isWritten) throw new Killed();
    this.#records.push(record);
    this.#deployment = evolve(this.#deployment, record);
    if (isDue) throw new Killed();
  }

  #die(): void {
    const kill = this.#kills[this.#kill];
    if (kill === undefined) throw new Error("killed by nobody");
    this.#kill += 1;
    this.#written = 0;
    for (const work of this.#atWork) work(kill.effect);
    this.#atWork = [];
    // Only the journal is left.
    const told = replay(this.#records);
    if (told === null) throw new Error("a journal of nothing");
    this.#deployment = told;
    if (told.ended !== null) return;
    // The first boot after a reboot that was asked for is into the new version, whatever brought it about.
    const isAsked = told.open?.intent.round.startsWith("Host") === true;
    if (kill.isRebooted && kill.isDropped && !isAsked) this.#dropUncommitted();
    this.#takeUp(kill.isRebooted);
  }

  #dropUncommitted(): void {
    const before = this.#world;
    // From then on it is as if it came later, when nobody looks any more.
    if (this.#deployment.members.some(({ ran }) => ran.Cleanup !== undefined)) return;
    for (const [index, member] of this.#deployment.members.entries()) {
      // What cannot go back does not go back by itself, either.
      const canGoBack = this.#manners.supportsRollback(member.id) === "Yes";
      const isDroppable = this.#manners.areBoardsDroppable || this.#rebootsHost(index);
      if (isDroppable && canGoBack) this.#world = dropped(this.#world, member, index);
    }
    this.#isShaken ||= before !== this.#world;
  }

  #takeUp(isRebooted: boolean): void {
    if (isRebooted) this.#boots += 1;
    const record: Run = { ...this.#run, verb: "resume", bootId: `boot-${this.#boots}` };
    this.#records.push(record);
    this.#deployment = evolve(this.#deployment, record);
  }
}
