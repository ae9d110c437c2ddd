import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { ClingoError, ClingoResult } from "clingo-wasm";
import * as z from "zod";
import type { System } from "../../src/manifest/system.ts";
import type { Plan } from "../../src/planner/model/plan.ts";
import { processorMs } from "./measure.ts";
import { accepts, meetings } from "./planner-breadth-first.ts";

/**
 * The same questions for clingo, a solver for logic programs. It is told our answer and asked whether there is
 * a better one, which is less than to find it.
 */

export type Solved =
  | { readonly kind: "solved"; readonly ms: number }
  | { readonly kind: "given-up"; readonly why: string };

/** A logic program, and what must come of it if our answer is right. */
interface Question {
  readonly program: string;
  readonly expected: "SATISFIABLE" | "UNSATISFIABLE" | { readonly cost: number };
}

/** More ground rules than this take it more memory than it can have. */
const sizeLimit = 6_000_000;

export interface Clingo {
  /** The median of so many runs each; a question that takes long is asked once. Null counts as too large. */
  solve(questions: readonly Question[] | null, times: number, msLimit: number): Promise<Solved>;
  stop(): Promise<void>;
}

/** It runs in a thread of its own, which can be stopped at any time. Nothing else runs meanwhile. */
export function clingo(): Clingo {
  let worker: Worker | null = null;

  async function stop() {
    await worker?.terminate();
    worker = null;
  }

  /** Null: it was stopped, or ran out of memory. */
  async function ask({ program, expected }: Question, msLimit: number): Promise<number | null> {
    worker ??= await warm();
    const begin = process.cpuUsage();
    const models = typeof expected === "string" ? 1 : 0;
    const answer = await reply(worker, { program, models }, msLimit);
    if (answer === null || answer.result.Result === "ERROR") {
      await stop();
      return null;
    }
    const { result } = answer;
    const said = typeof expected === "string" ? result.Result : { cost: costOf(result) };
    if (JSON.stringify(said) !== JSON.stringify(expected)) {
      throw new Error(`clingo says ${JSON.stringify(said)}, we ${JSON.stringify(expected)}`);
    }
    return processorMs(begin);
  }

  return {
    stop,
    solve: async (questions, times, msLimit) => {
      if (questions === null) return { kind: "given-up", why: "too large" };
      let total = 0;
      for (const question of questions) {
        const runs: number[] = [];
        while (runs.length < times && (runs[0] ?? 0) < msLimit / 20) {
          const ms = await ask(question, msLimit - total);
          if (ms === null) return { kind: "given-up", why: `> ${msLimit / 1000} s` };
          runs.push(ms);
        }
        total += runs.toSorted((a, b) => a - b)[runs.length >> 1] ?? 0;
      }
      return { kind: "solved", ms: total };
    },
  };
}

const Reply = z.object({ result: z.custom<ClingoResult | ClingoError>() });
type Reply = z.infer<typeof Reply>;

const code = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { run } = require(workerData);
  parentPort.on("message", async ({ program, models }) => {
    parentPort.postMessage({ result: await run(program, models) });
  });
`;

async function warm(): Promise<Worker> {
  const workerData = createRequire(import.meta.url).resolve("clingo-wasm");
  const worker = new Worker(code, { eval: true, workerData, stdout: true, stderr: true });
  const easy = { program: "{ a; b }. :- a, b.", models: 1 };
  for (let count = 0; count < 3; count += 1) await reply(worker, easy, 60_000);
  return worker;
}

/** Null where it takes longer. */
function reply(worker: Worker, message: { program: string; models: number }, msLimit: number) {
  return new Promise<Reply | null>((settle, refuse) => {
    const finish = (answer: Reply | null) => {
      clearTimeout(timer);
      worker.removeAllListeners("message").removeAllListeners("error");
      settle(answer);
    };
    const timer = setTimeout(() => finish(null), Math.max(1, msLimit));
    worker.once("message", (answer) => finish(Reply.parse(answer)));
    worker.once("error", refuse);
    worker.postMessage(message);
  });
}

function costOf(result: ClingoResult): number {
  return result.Call.at(-1)?.Witnesses.at(-1)?.Costs?.[0] ?? -1;
}

/** Stage by stage: the same moves in as many groups; and not in one fewer. Null: too large. */
export function fewestGroups(system: System, plan: Plan): readonly Question[] | null {
  const state = system.components.map(({ start }) => start);
  const questions: Question[] = [];
  for (const { groups } of plan.stages) {
    const next = stateBehind(system, state, groups.flat());
    const known = state.map((version, index) => [...new Set([version, next[index] ?? version])]);
    const bans = bansOf(system, known);
    if (bans === null || bans.length * groups.length > sizeLimit) return null;
    const facts = [
      ...system.components.map(({ type }, index) => {
        const [from, to] = [state[index] ?? 0, next[index] ?? 0];
        return from === to
          ? `stays(${index},${from}).`
          : `moves(${index},${from},${to}). type(${index},${type}).`;
      }),
      ...roomOf(system),
      ...bans,
    ];
    for (const count of [groups.length, groups.length - 1]) {
      if (count === 0) continue;
      const program = `${facts.join("\n")}
        step(1..${count}).
        1 { mv(C,T) : step(T) } 1 :- moves(C,_,_).
        poss(C,V,T) :- stays(C,V), step(T).
        poss(C,X,T) :- moves(C,X,_), mv(C,S), step(T), T <= S.
        poss(C,Y,T) :- moves(C,_,Y), mv(C,S), step(T), T >= S.
        :- room(Y,M), step(T), #count { C : mv(C,T), type(C,Y) } > M.
        ${refusals(system)}
        #show.`;
      const expected = count === groups.length ? "SATISFIABLE" : "UNSATISFIABLE";
      questions.push({ program, expected });
    }
    state.splice(0, state.length, ...next);
  }
  return questions;
}

/** Any way at all with as many stages and groups as our plan has, and the fewest installs. Null: too large. */
export function fewestInstalls(system: System, plan: Plan): readonly Question[] | null {
  const facts = wholeOf(system, plan.cost.groups);
  if (facts === null) return null;
  const program = `${facts}
    :- goal(C,V), not at(C,V,${plan.cost.groups}).
    { rest(T) } :- step(T).
    rest(${plan.cost.groups}).
    :- #count { T : rest(T) } > ${plan.cost.stages}.
    bad(R,T) :- outside(R,C,V), at(C,V,T), step(T).
    :- rest(T), bad(R,T) : row(R).
    busy(C,T) :- moved(C,T).
    busy(C,T) :- busy(C,T-1), step(T), not rest(T-1).
    :- moved(C,T), busy(C,T-1), not rest(T-1).
    #minimize { 1,C,T : moved(C,T) }.`;
  return [{ program, expected: { cost: plan.cost.installs } }];
}

/** Where there is no plan because nothing can be the first to move: whether anything can. */
export function firstGroup(system: System): readonly Question[] | null {
  const facts = wholeOf(system, 1);
  const program = `${facts ?? ""}\n:- not moved(C,1) : hop(C,_,_).`;
  return facts === null ? null : [{ program, expected: "UNSATISFIABLE" }];
}

/** Every Component at every hop, group by group. */
function wholeOf(system: System, groups: number): string | null {
  const every = system.components.map(({ type }) => [
    ...(system.types[type]?.versions.keys() ?? []),
  ]);
  const bans = bansOf(system, every);
  const ends = outsides(system);
  if (bans === null || (bans.length + ends.length) * groups > sizeLimit) return null;
  return [
    ...system.components.flatMap(({ type, start, hops }, index) => [
      `start(${index},${start}). goal(${index},${system.types[type]?.target ?? -1}). type(${index},${type}).`,
      ...hops.flatMap((targets, from) => targets.map((to) => `hop(${index},${from},${to}).`)),
    ]),
    ...roomOf(system),
    ...bans,
    ...ends,
    `step(1..${groups}).
    at(C,V,0) :- start(C,V).
    { mv(C,Y,T) : hop(C,X,Y) } 1 :- at(C,X,T-1), step(T).
    at(C,Y,T) :- mv(C,Y,T).
    moved(C,T) :- mv(C,_,T).
    at(C,V,T) :- at(C,V,T-1), step(T), not moved(C,T).
    poss(C,V,T) :- at(C,V,T), step(T).
    poss(C,V,T) :- at(C,V,T-1), step(T).
    :- room(Y,M), step(T), #count { C : moved(C,T), type(C,Y) } > M.
    ${refusals(system)}
    #show.`,
  ].join("\n");
}

function roomOf(system: System): readonly string[] {
  return [
    "#defined room/2. #defined stays/2. #defined moves/3. #defined outside/3.",
    ...system.types.flatMap(({ maxParallel }, type) =>
      maxParallel === null ? [] : `room(${type},${maxParallel}).`,
    ),
  ];
}

/** Versions that a row of the one end table does not have. */
function outsides(system: System): readonly string[] {
  const [ends] = system.endTables;
  if (ends === undefined) return [];
  return ends.rows.flatMap(({ cells }, row) => [
    `row(${row}).`,
    ...system.components.flatMap(({ type }, index) => {
      const cell = cells[ends.columns.findIndex((column) => column.type === type)] ?? null;
      const versions = [...(system.types[type]?.versions.keys() ?? [])];
      return cell === null
        ? []
        : versions
            .filter((version) => !cell.includes(version))
            .map((version) => `outside(${row},${index},${version}).`);
    }),
  ]);
}

/** What the tables refuse, of these versions of each Component. Null: too much. */
function bansOf(system: System, versions: readonly (readonly number[])[]) {
  const bans = new Set<string>();
  for (const table of system.transitionTables) {
    for (const meeting of meetings(system, table)) {
      let all: readonly (readonly number[])[] = [[]];
      for (const index of meeting) {
        all = all.flatMap((chosen) => (versions[index] ?? []).map((one) => [...chosen, one]));
      }
      for (const chosen of all) {
        const stands = meeting.every(
          (index, place) => system.components[index]?.start === chosen[place],
        );
        if (stands || accepts(system, table, chosen)) continue;
        const parts = meeting.map((index, place) => `${index},${chosen[place] ?? -1}`);
        bans.add(`ban${meeting.length}(${parts.join()}).`);
      }
      if (bans.size > sizeLimit) return null;
    }
  }
  return [...bans];
}

/** One rule for each width of tables. */
function refusals(system: System): string {
  const widths = new Set(system.transitionTables.map(({ columns }) => columns.length));
  return [...widths]
    .map((width) => {
      const places = Array.from({ length: width }, (_, place) => `C${place},V${place}`);
      const met = places.map((place) => `poss(${place},T)`);
      return `#defined ban${width}/${2 * width}. :- ban${width}(${places.join()}), ${met.join(", ")}.`;
    })
    .join("\n");
}

function stateBehind(
  system: System,
  state: readonly number[],
  steps: readonly Plan["stages"][number]["groups"][number][number][],
): readonly number[] {
  const next = [...state];
  const indexes = new Map(system.components.map(({ id }, index) => [id, index]));
  for (const { component, to } of steps) {
    const index = indexes.get(component) ?? -1;
    const type = system.components[index]?.type ?? -1;
    next[index] = system.types[type]?.versions.indexOf(to) ?? -1;
  }
  return next;
}
