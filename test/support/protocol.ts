import type { BoardSpec } from "./drive.ts";

/**
 * Interface protocol v1 told a second time, as a plain walk: no tables, no cursor, nothing shared with
 * src/deployment. Each fault hits its call once; no tables in the Manifest. The tests compare the chains of calls.
 */

export type FaultKind =
  | "exit"
  | "signal"
  | "hang"
  /** This process is killed: before the Interface starts, while it runs, or after its outcome is stored. */
  | "kill-before"
  | "kill-during"
  | "kill-after"
  /** The host loses power while it runs. */
  | "power";

export interface Fault {
  readonly call: string;
  readonly kind: FaultKind;
}

class Failed extends Error {}

const queries = new Set([
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "SupportsRollback",
  "NeedsArtifactReboot",
  "ExpectOld",
  "ExpectFacts",
  "ConfirmEnd",
]);

/** The calls in order, `<state> <id>`; a host reboot is `HostReboot A+B`. */
export function expectedCalls(boards: readonly BoardSpec[], ...faults: readonly Fault[]): string[] {
  return new Walk(boards, faults).walk();
}

class Walk {
  readonly #calls: string[] = [];
  readonly #groups: readonly (readonly BoardSpec[])[];
  readonly #boards: readonly BoardSpec[];
  readonly #faults: Fault[];
  readonly #has = new Set<string>();
  #isCut = false;
  /** By a run that has not looked itself. */
  #isTakenUp = false;
  #mayPowerMatter = false;

  constructor(boards: readonly BoardSpec[], faults: readonly Fault[]) {
    this.#boards = boards;
    this.#faults = [...faults];
    const numbers = [...new Set(boards.map((board) => board.group))].toSorted((a, b) => a - b);
    this.#groups = numbers.map((number) => boards.filter((board) => board.group === number));
  }

  walk(): string[] {
    let highest = -1;
    try {
      for (const [number, group] of this.#groups.entries()) {
        highest = number;
        this.#forward(number, group);
      }
      for (const group of this.#groups) this.#all("ArtifactCommit", group);
      this.#mayPowerMatter = false;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      this.#mayPowerMatter = false;
      for (const group of this.#groups.slice(0, highest + 1).toReversed()) this.#back(group);
    }
    const touched = (group: readonly BoardSpec[]) =>
      group.filter((board) => this.#has.has(`Download ${board.id}`));
    for (const group of this.#groups) this.#tolerant("Cleanup", touched(group));
    this.#tolerant("ConfirmEnd", touched(this.#boards));
    return this.#calls;
  }

  #forward(number: number, group: readonly BoardSpec[]): void {
    if (number > 0) this.#look();
    this.#all("NeedsUnpackedArtifact", group);
    this.#all("ProvidePayloadFileSizes", group);
    this.#all("Download", group);
    this.#all("SupportsRollback", group);
    // Whoever goes on with it later does not rely on what Provides told an earlier run.
    if (this.#isTakenUp) this.#look();
    this.#lookAtFacts();
    this.#mayPowerMatter = true;
    let failure: Failed | null = null;
    try {
      this.#all("ArtifactInstall", group);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      failure = error;
    }
    if (failure === null || !this.#isCut) this.#all("NeedsArtifactReboot", group);
    if (failure !== null) throw failure;
    this.#all(
      "ArtifactReboot",
      group.filter((board) => board.needsReboot === "Yes"),
    );
    const automatic = group.filter((board) => board.needsReboot === "Automatic");
    if (automatic.length > 0) this.#reboot("HostReboot", automatic);
    this.#all(
      "ArtifactVerifyReboot",
      group.filter((board) => board.needsReboot === "Yes" || board.needsReboot === "Automatic"),
    );
  }

  /** Whoever is not installed must be as planned; a run that is cut there asks all of them again. */
  #look(): void {
    this.#all(
      "ExpectOld",
      this.#boards.filter((board) => !this.#has.has(`ArtifactInstall ${board.id}`)),
    );
    this.#isTakenUp = false;
  }

  /** In every run; one that takes over here asks for the versions first. */
  #lookAtFacts(): void {
    const asked = this.#boards.filter(
      ({ id, facts }) => facts !== undefined && !this.#has.has(`ArtifactInstall ${id}`),
    );
    this.#all("ExpectFacts", asked);
  }

  #back(group: readonly BoardSpec[]): void {
    const installed = group.filter((board) => this.#has.has(`ArtifactInstall ${board.id}`));
    const undone = installed.filter((board) => board.supportsRollback !== "No");
    this.#tolerant("ArtifactRollback", undone);
    const unasked = undone.filter((board) => !this.#has.has(`asked ${board.id}`));
    this.#tolerant("NeedsArtifactReboot", unasked);
    const answer = (board: BoardSpec) =>
      this.#has.has(`answered ${board.id}`) ? board.needsReboot : "No";
    const byItself = undone.filter((board) => answer(board) === "Yes");
    const byHost = undone.filter(
      (board) => answer(board) === "Automatic" && this.#has.has(`HostReboot ${board.id}`),
    );
    this.#tolerant("ArtifactRollbackReboot", byItself);
    if (byHost.length > 0) this.#reboot("HostRollbackReboot", byHost);
    const rebooted = undone.filter((board) => byItself.includes(board) || byHost.includes(board));
    this.#verify(rebooted, byItself, byHost);
    this.#tolerant("ArtifactFailure", installed);
  }

  /** A failed verification repeats the rollback reboot for the Components that it failed for. */
  #verify(
    rebooted: readonly BoardSpec[],
    byItself: readonly BoardSpec[],
    byHost: readonly BoardSpec[],
  ): void {
    const failed = this.#tolerant("ArtifactVerifyRollbackReboot", rebooted);
    if (failed.length === 0) return;
    this.#tolerant(
      "ArtifactRollbackReboot",
      failed.filter((board) => byItself.includes(board)),
    );
    const again = failed.filter((board) => byHost.includes(board));
    if (again.length > 0) this.#reboot("HostRollbackReboot", again);
    this.#verify(failed, byItself, byHost);
  }

  #reboot(name: string, boards: readonly BoardSpec[]): void {
    this.#calls.push(`${name} ${boards.map((board) => board.id).join("+")}`);
    for (const board of boards) this.#has.add(`${name} ${board.id}`);
  }

  /** One state on the way forward: a barrier, then the failure. */
  #all(name: string, boards: readonly BoardSpec[]): void {
    const failed = this.#once(name, boards, false);
    if (failed.length > 0) throw new Failed(name);
  }

  /** One state in the error path or at the end: failures are passed over. */
  #tolerant(name: string, boards: readonly BoardSpec[]): readonly BoardSpec[] {
    return this.#once(name, boards, true);
  }

  #once(name: string, boards: readonly BoardSpec[], isTolerant: boolean): readonly BoardSpec[] {
    const failed: BoardSpec[] = [];
    const again: BoardSpec[] = [];
    let powerLost = false;
    for (const board of boards) {
      const call = `${name} ${board.id}`;
      const hit = this.#faults.findIndex((fault) => fault.call === call);
      const fault = this.#faults[hit];
      if (fault === undefined) {
        this.#calls.push(call);
        this.#has.add(call);
        if (name === "NeedsArtifactReboot") this.#answer(board);
        continue;
      }
      this.#faults.splice(hit, 1);
      const { kind } = fault;
      if (kind !== "kill-before") this.#calls.push(call);
      this.#has.add(call);
      if (kind === "kill-after") {
        if (name === "NeedsArtifactReboot") this.#answer(board);
        continue;
      }
      powerLost ||= kind === "power";
      const isCut = kind === "kill-before" || kind === "kill-during" || kind === "power";
      this.#isCut = isCut;
      this.#isTakenUp ||= isCut;
      if (isCut && queries.has(name)) {
        again.push(board);
        continue;
      }
      // Asked and not answered as it should be: not asked again.
      if (name === "NeedsArtifactReboot") this.#has.add(`asked ${board.id}`);
      // A Cleanup is made once more, unless it has timed out.
      if (name === "Cleanup" && kind !== "hang") again.push(board);
      // A question at the end is asked once more, whatever became of it.
      else if (name === "ConfirmEnd") again.push(board);
      // On the way back nothing may be left out: what had not started is called, and a rollback that
      // was cut while it ran is made once more.
      else if (isCut && isTolerant && kind === "kill-before") again.push(board);
      else if (isCut && name === "ArtifactRollback") again.push(board);
      else failed.push(board);
    }
    // The host may have booted into what is installed: it must be taken back as after a reboot we asked for.
    for (const { id } of powerLost ? this.#boards : []) {
      const isCutNow = name === "ArtifactRollback" && again.some((board) => board.id === id);
      const isUndone = this.#has.has(`ArtifactRollback ${id}`) && !isCutNow;
      if (this.#has.has(`ArtifactInstall ${id}`) && !isUndone) this.#has.add(`HostReboot ${id}`);
    }
    if (powerLost && this.#mayPowerMatter && failed.length === 0) throw new Failed("power");
    // Whether a Component is still what it was is asked of all of them together.
    if (again.length > 0 && name === "ExpectFacts") this.#look();
    const isLook = name === "ExpectOld" || name === "ExpectFacts";
    if (again.length > 0) this.#once(name, isLook ? boards : again, isTolerant);
    return failed;
  }

  #answer(board: BoardSpec): void {
    this.#has.add(`answered ${board.id}`);
    this.#has.add(`asked ${board.id}`);
  }
}
