import type { ComponentId } from "../../src/core/ids.ts";
import type { RoundName } from "../../src/deployment/rounds.ts";
import type { Begin, JournalRecord } from "../../src/deployment/records.ts";
import type { System } from "../../src/manifest/system.ts";
import { oracle } from "./planner-brute-force.ts";
import { startingIn } from "../../src/planner/constraints/state-acceptance.ts";

/**
 * The promise of an inconsistent end, read from the journal alone: from what was known, no way existed. A plain search
 * over single steps; neither the planner nor the deployment has a part in it, and the tables are read by the brute
 * force.
 */

/** What the records tell of one Component within the stage. */
interface Told {
  /** Where the stage found it. */
  old: string;
  /** What its latest install leads to. */
  to: string | null;
  /** Null: nobody knows. */
  version: string | null;
  /** It was asked for its version before a way was planned, and told none. */
  isMute: boolean;
  isInstalled: boolean;
  failedCommits: number;
  canGoBack: boolean;
  failedInstalls: number;
  failedRollbacks: number;
  failedVerifications: number;
}

/** An install that broke this often is not tried again, nor is a rollback or a commit that failed. */
const maxTries = 3;
const maxVerifications = 5;
const maxIdleRuns = 5;

const installRounds: readonly RoundName[] = [
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "Download",
  "SupportsRollback",
  "ArtifactInstall",
  "NeedsArtifactReboot",
  "ArtifactReboot",
  "HostReboot",
  "ArtifactVerifyReboot",
];

/** The way that a deployment which ended inconsistent has missed, as the states on it; null: there was none. */
export function missedWay(records: readonly JournalRecord[]): readonly string[] | null {
  const [first] = records;
  const last = records.at(-1);
  if (first?.type !== "begin") throw new Error("a journal starts with what was planned");
  if (last?.type !== "ended" || last.outcome !== "inconsistent") return null;
  const reader = new Reader(first);
  for (const record of records.slice(1)) reader.read(record);
  return reader.isBeyondHelp ? null : wayFrom(first.system, reader.told, reader.isExchanged);
}

class Reader {
  readonly told: Map<ComponentId, Told>;
  /** The host went down when nothing could be undone any more, or nothing got done in run after run. */
  isBeyondHelp = false;
  /** A fact was not as planned: nothing more may be installed. */
  isExchanged = false;
  readonly #first: Begin;
  #stage = 0;
  #isCleaningUp = false;
  #idleRuns = 0;
  #bootId: string | null = null;
  #open: { readonly round: RoundName; readonly waiting: Set<ComponentId> } | null = null;

  constructor(first: Begin) {
    this.#first = first;
    this.told = new Map(
      first.system.components.map(({ id, type, start }) => [
        id,
        this.#fresh(id, first.system.types[type]?.versions[start] ?? null),
      ]),
    );
  }

  read(record: JournalRecord): void {
    switch (record.type) {
      case "run":
        this.#takeUp(record.bootId);
        break;
      case "intent":
        if (record.round === "Download" && this.#isCleaningUp) this.#enterNextStage();
        if (record.round === "Cleanup") this.#isCleaningUp = true;
        this.#open = { round: record.round, waiting: new Set(record.components) };
        break;
      case "outcome": {
        this.#idleRuns = 0;
        const round = this.#open?.round;
        if (round === undefined) throw new Error("an outcome outside of any round");
        this.#open?.waiting.delete(record.component);
        this.#compareFacts(record);
        this.#end(round, this.#of(record.component), record.failure === null, record.answer);
        break;
      }
      case "replanned":
        for (const { component, means, to } of record.groups?.flat() ?? []) {
          if (means === "install") this.#of(component).to = to;
        }
        break;
      default:
    }
  }

  #compareFacts({ component, facts }: Extract<JournalRecord, { type: "outcome" }>): void {
    if (facts === undefined) return;
    const { components } = this.#first.system;
    const planned = components.find(({ id }) => id === component)?.facts ?? [];
    const found = facts.map(({ key, values }) => `${key}=${values.join()}`);
    if (found.join(" ") !== planned.map(({ key, value }) => `${key}=${value ?? ""}`).join(" "))
      this.isExchanged = true;
  }

  #takeUp(bootId: string): void {
    const hasRebooted = this.#bootId !== null && this.#bootId !== bootId;
    this.#bootId = bootId;
    this.#idleRuns += 1;
    if (this.#idleRuns > maxIdleRuns) this.isBeyondHelp = true;
    if (hasRebooted && this.#isCleaningUp) this.isBeyondHelp = true;
    const open = this.#open;
    this.#open = null;
    for (const id of open?.waiting ?? []) this.#interrupt(open?.round, this.#of(id), hasRebooted);
  }

  #interrupt(round: RoundName | undefined, told: Told, hasRebooted: boolean): void {
    if (round === "ArtifactInstall") this.#end(round, told, false, null);
    if (round === "ArtifactRollback") told.version = null;
    if (round === "ArtifactVerifyRollbackReboot") told.failedVerifications += 1;
    if (round === "HostReboot" && !hasRebooted) told.failedInstalls += 1;
  }

  #end(round: RoundName, told: Told, isGood: boolean, answer: string | null): void {
    if (!isGood && installRounds.includes(round)) told.failedInstalls += 1;
    switch (round) {
      case "ArtifactInstall":
        told.version = isGood ? told.to : null;
        told.isInstalled = true;
        told.isMute = false;
        break;
      case "ArtifactRollback":
        told.version = isGood ? told.old : null;
        told.isMute = false;
        if (!isGood) told.failedRollbacks += 1;
        told.isInstalled &&= !isGood;
        break;
      case "ArtifactVerifyRollbackReboot":
        if (!isGood) told.failedVerifications += 1;
        break;
      case "ArtifactCommit":
        if (!isGood) told.failedCommits += 1;
        break;
      case "SupportsRollback":
        told.canGoBack = isGood && answer === "Yes";
        break;
      case "ObserveInterrupted":
      case "ObserveStuck":
      case "ConfirmEnd": {
        if (answer === told.old && told.isInstalled && told.version === told.to) {
          // It was dropped.
          told.failedInstalls += 1;
        }
        told.version = isGood && answer !== "?" ? answer : null;
        if (round !== "ConfirmEnd") told.isMute = !isGood;
        break;
      }
      default:
    }
  }

  #enterNextStage(): void {
    this.#stage += 1;
    this.#isCleaningUp = false;
    for (const [id, { version }] of this.told) this.told.set(id, this.#fresh(id, version));
  }

  #fresh(id: ComponentId, version: string | null): Told {
    const steps = this.#first.plan.stages[this.#stage]?.groups.flat() ?? [];
    return {
      old: version ?? "?",
      to: steps.find(({ component }) => component === id)?.to ?? null,
      version,
      isMute: false,
      isInstalled: false,
      failedCommits: 0,
      canGoBack: true,
      failedInstalls: 0,
      failedRollbacks: 0,
      failedVerifications: 0,
    };
  }

  #of(id: ComponentId): Told {
    const told = this.told.get(id);
    if (told === undefined) throw new Error(`${id} is not of this System`);
    return told;
  }
}

/** Every single step is tried, of each Component once, until the System is somewhere it may stay. */
function wayFrom(
  system: System,
  told: ReadonlyMap<ComponentId, Told>,
  isExchanged: boolean,
): readonly string[] | null {
  const own = system.components.map(({ id, type }) => {
    const one = told.get(id);
    if (one === undefined) throw new Error(`nothing is told of ${id}`);
    const versions: readonly string[] = system.types[type]?.versions ?? [];
    const isUnknown = one.isMute || one.failedVerifications >= maxVerifications;
    const isSpokenOf = [...system.endTables, ...system.transitionTables].some(({ columns }) =>
      columns.some((column) => column.type === type),
    );
    const known = isUnknown ? -1 : versions.indexOf(one.version ?? "");
    // What no table speaks of makes no difference.
    return { ...one, versions, at: known < 0 && !isSpokenOf ? 0 : known, isLost: known < 0 };
  });
  const start = own.map(({ at }) => at);
  if (start.includes(-1)) return null;
  const law = oracle(startingIn(system, start));
  const mayStay = (state: readonly number[]): boolean =>
    law.endName(state) !== null &&
    own.every(({ failedCommits, at }, c) => failedCommits < maxTries || state[c] !== at);
  const movesOf = (c: number): readonly number[] => {
    const one = own[c];
    if (one === undefined || one.isLost) return [];
    if (
      one.version === one.old &&
      !(one.isInstalled && one.canGoBack && one.failedRollbacks >= maxTries)
    ) {
      const isGivenUp =
        isExchanged || one.failedInstalls >= maxTries || one.failedCommits >= maxTries;
      return isGivenUp ? [] : (system.components[c]?.hops[one.at] ?? []);
    }
    const canGoBack = one.isInstalled && one.canGoBack && one.failedRollbacks < maxTries;
    return canGoBack && one.version === one.to ? [one.versions.indexOf(one.old)] : [];
  };
  const seen = new Set<string>();
  const nameOf = (state: readonly number[]) =>
    state.map((version, c) => own[c]?.versions[version] ?? "?").join();
  const search = (
    state: readonly number[],
    moved: ReadonlySet<number>,
    way: readonly string[],
  ): readonly string[] | null => {
    if (mayStay(state)) return way;
    for (const c of own.keys()) {
      if (moved.has(c)) continue;
      for (const to of movesOf(c)) {
        const next = state.with(c, to);
        const key = `${next.join()};${[...moved, c].toSorted((a, b) => a - b).join()}`;
        if (seen.has(key) || !law.isAcceptable(next)) continue;
        seen.add(key);
        const found = search(next, new Set([...moved, c]), [...way, nameOf(next)]);
        if (found !== null) return found;
      }
    }
    return null;
  };
  const way = search(start, new Set(), [nameOf(start)]);
  // All that can be asked for is that the others are where they may stay, or where they were.
  const isBack = own.every(({ isLost, version, old }) => isLost || version === old);
  const isThere = own.some(({ isLost }) => isLost) && (way?.length === 1 || isBack);
  return isThere ? null : way;
}
