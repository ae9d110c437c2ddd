import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { Dice } from "../support/planner-random.ts";
import { otherCrashPoints, roundCrashPoints, v1, v2 } from "../support/seed-program.ts";
import type { Board, SeedSystem } from "../support/seed-system.ts";
import { call, type Called, type Peak, type Shot } from "./call.ts";

export interface Machine {
  readonly system: SeedSystem;
  /** Where the program puts temporary files. */
  readonly temporary: string;
  readonly dice: Dice;
  /** What a deployment takes that nobody disturbs. */
  readonly usualMs: number;
}

/** How one deployment went. */
export interface Deployed {
  readonly trouble: string;
  /** The exits of its calls, in their order; `killed` by a signal. */
  readonly ends: string;
  readonly wrong: readonly string[];
  /** Of those calls that nobody killed. */
  readonly peaks: readonly Peak[];
  /** Of its calls. */
  readonly count: number;
  /** Of those that a signal ended. */
  readonly killed: number;
}

/** What happens to one call of the program. */
interface Trouble {
  readonly name: string;
  readonly shot: Shot | null;
  readonly crashPoint: string | null;
}

const none: Trouble = { name: "none", shot: null, crashPoint: null };

const boards: readonly Board[] = ["G13", "R456", "R998"];

/** On the way back no board fails: so it ends where it began or where it was to go. */
const forwardStates = [
  "Download",
  "ArtifactInstall",
  "ArtifactReboot",
  "ArtifactVerifyReboot",
  "ArtifactCommit",
] as const;

/** No deployment needs more calls: each but the last two may be killed. */
const mostCalls = 6;

/** What is installed comes in every form. Takes the System to v2 once, undisturbed. */
export async function prepare(given: Omit<Machine, "usualMs">): Promise<Machine> {
  const machine = { ...given, usualMs: 0 };
  const { system } = machine;
  mkdirSync(system.path("conf"));
  writeFileSync(system.path("boot-id"), "boot-0\n");
  for (const name of ["v1", "v2"]) {
    const args = ["bundle", "create", "--manifest", `manifest-${name}.yaml`, "-o", `${name}.tar`];
    demandDone(await called(machine, args, none));
    execFileSync("gzip", ["-k", system.path(`${name}.tar`)]);
  }
  const begin = performance.now();
  demandDone(await called(machine, ["install", "v2.tar"], none));
  return { ...machine, usualMs: performance.now() - begin };
}

function demandDone({ exit, stderr }: Called): void {
  if (exit !== 0) throw new Error(stderr);
}

/** Goes to the other version, disturbed or not, and is taken up until nothing is in progress. */
export async function deploy(machine: Machine): Promise<Deployed> {
  const { system, dice } = machine;
  const calls: Called[] = [];
  const [from, to, name] = isOn(system, v1) ? [v1, v2, "v2"] : [v2, v1, "v1"];
  const file = dice.pick([`manifest-${name}.yaml`, `${name}.tar`, `${name}.tar.gz`]);
  const isStopped = dice.chance(0.2);
  const trouble = anyTrouble(machine, true);
  const install = ["install", file, ...(isStopped ? ["--stop-before", "ArtifactCommit"] : [])];
  calls.push(await called(machine, install, trouble));
  const wrong = [];
  let isWaiting = isStopped && calls[0]?.exit === 0;
  for (let last = calls[0]; last !== undefined; last = calls.at(-1)) {
    if (!isWaiting && last.exit !== null && last.exit !== exits.unexpected) break;
    if (calls.length === mostCalls) {
      wrong.push("it does not end");
      break;
    }
    heal(machine);
    if (last.exit === null && dice.chance(0.3)) bootAnew(machine);
    const command = isWaiting ? dice.pick(["commit", "rollback", "resume"]) : "resume";
    isWaiting = false;
    const next =
      calls.length < mostCalls - 2 && dice.chance(0.3) ? anyTrouble(machine, false) : none;
    calls.push(await called(machine, [command], next));
  }
  heal(machine);
  const exit = calls.at(-1)?.exit ?? null;
  if (exit === null || !exits.ends.includes(exit)) wrong.push(`exit ${exit ?? "by a signal"}`);
  if (!isOn(system, from) && !isOn(system, to)) wrong.push(`left on ${versionsOf(system).join()}`);
  if (trouble === none && !isStopped && !isOn(system, to)) wrong.push("not installed");
  if (calls.some(({ stderr }) => /^ {4}at /m.test(stderr))) wrong.push("a bug was told");
  if (wrong.length > 0) wrong.push(...calls.map(({ stderr }) => stderr));
  return {
    trouble: isStopped ? `${trouble.name}, stopped before ArtifactCommit` : trouble.name,
    ends: calls.map((one) => one.exit ?? "killed").join(" "),
    wrong,
    peaks: calls.flatMap((one) => (exits.ends.includes(one.exit ?? -1) ? [one.peak] : [])),
    count: calls.length,
    killed: calls.filter(({ exit }) => exit === null).length,
  };
}

/** Done, nothing in progress, failed and unchanged, rolled back; and told to end. */
const exits = { ends: [0, 2, 20, 22], unexpected: 1 };

function anyTrouble(machine: Machine, mayFail: boolean): Trouble {
  const { dice, usualMs } = machine;
  const crashPoint = dice.pick([...roundCrashPoints, ...otherCrashPoints]);
  const kind = dice.pick(["none", "crash", "crash", "shot", "fails", "fails and crash"] as const);
  switch (kind) {
    case "none":
      return none;
    case "crash":
      return { ...none, name: kind, crashPoint };
    case "shot": {
      const signal = dice.pick(["SIGKILL", "SIGTERM"] as const);
      return { ...none, name: signal, shot: { signal, afterMs: dice.between(0, usualMs) } };
    }
    default: {
      if (!mayFail) return none;
      machine.system.failIn(
        dice.pick(boards),
        dice.pick(forwardStates),
        dice.pick([1, "kill", "kill-caller"] as const),
      );
      return { ...none, name: kind, crashPoint: kind === "fails" ? null : crashPoint };
    }
  }
}

async function called(
  { system, temporary }: Machine,
  args: readonly string[],
  { shot, crashPoint }: Trouble,
): Promise<Called> {
  const env = {
    TMPDIR: temporary,
    MENDER_ORCHESTRATOR_DATA_DIR: system.directory,
    MENDER_ORCHESTRATOR_CONF_DIR: system.path("conf"),
    MENDER_ORCHESTRATOR_DATASTORE_DIR: system.path("datastore"),
    MENDER_ORCHESTRATOR_TOPOLOGY_DIR: system.directory,
    ORCHESTRATOR_BOOT_ID_FILE: system.path("boot-id"),
    ...(crashPoint === null ? {} : { ORCHESTRATOR_CRASH_POINT: crashPoint }),
  };
  return await call(args, { cwd: system.directory, env }, shot);
}

function heal({ system }: Machine): void {
  for (const board of boards) {
    rmSync(system.path("boards", board, "fail"), { recursive: true, force: true });
  }
}

function bootAnew({ system, dice }: Machine): void {
  writeFileSync(system.path("boot-id"), `boot-${dice.between(1, 2 ** 31)}\n`);
}

function versionsOf(system: SeedSystem): readonly string[] {
  return boards.map((board) => system.version(board));
}

function isOn(system: SeedSystem, versions: readonly string[]): boolean {
  return versionsOf(system).join() === versions.join();
}
