import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { System } from "../../src/manifest/system.ts";
import { acceptabilityOf } from "../../src/planner/constraints/acceptability.ts";
import { solver } from "../../src/planner/search/solve.ts";
import { defaultNodeLimit } from "../../src/core/node-limit.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import type { Answer } from "../../src/planner/model/plan.ts";
import { seedSketch, systemOf } from "../support/planner-systems.ts";
import { median, medianOfBoth, milliseconds, processorMs, program, run } from "./measure.ts";
import { breadthFirst } from "./planner-breadth-first.ts";
import {
  type Clingo,
  clingo,
  fewestGroups,
  fewestInstalls,
  firstGroup,
  type Solved,
} from "./planner-clingo.ts";
import { families, type Family } from "./planner-families.ts";
import { type Curve, plot } from "./planner-plot.ts";
import { aligned, type Bench, type BenchOptions, type BenchRow } from "./row.ts";

/**
 * One System of a family, and what the planner took for it. Neither it nor its plan is kept: memory makes what comes
 * after it slower.
 */
interface Planned {
  readonly family: Family;
  readonly versions: number;
  readonly components: number;
  /** Installs, stages, exposure, groups; or what was answered instead. */
  readonly told: string;
  readonly ms: number;
  /** Where there is no plan: to find that out, without the rules in the way, which clingo is not asked for. */
  readonly decidedMs: number;
}

interface Case extends Planned {
  readonly breadthFirst: string;
  /** The faster of the two questions; null: it was not asked. */
  readonly clingo: Solved | null;
}

const seed = 1;
const times = 5;
/** Each of them takes at least so long. */
const sampleMs = 50;
const statesLimit = 5_000;

/** The families at every size, beside a plain search and clingo; then what is promised of them. */
export const planner: Bench = async (options) => {
  // All of ours first: what the others leave in memory would slow it down.
  const planned = families.flatMap((family) =>
    versionsOf(family, options).map((versions) =>
      sizesOf(family, options).map((components) => plannedCase(family, versions, components)),
    ),
  );
  const cases: Case[] = [];
  const solver = clingo();
  for (const row of planned) cases.push(...(await beside(row, solver, options)));
  await solver.stop();
  for (const line of tableOf(cases)) console.log(line);
  console.log();
  if (options.plots !== null) {
    writeFileSync(join(options.plots, "performance-planner.svg"), plot(curvesOf(cases)));
  }
  return [...promises(cases), ...(await ofTheSeed())];
};

/** Families that grow without bound, by their sizes: all of them, and of a quick run. */
const smallFamilies: Readonly<Record<string, readonly [readonly number[], number]>> = {
  rings: [[2, 3, 4, 5, 6, 7, 8], 4],
  dense: [[4, 8, 12, 16, 20, 24], 12],
  random: [[8, 11, 14], 8],
  tokens: [[8, 12, 16], 8],
  around: [[10, 25], 10],
};

function sizesOf({ name }: Family, { isQuick }: BenchOptions): readonly number[] {
  const small = smallFamilies[name];
  if (small !== undefined) return isQuick ? [small[1]] : small[0];
  return isQuick ? [10, 100, 1000] : [5, 10, 25, 50, 100, 200, 400, 1000];
}

/** Families whose shape says how many versions there are, or that are small ones of a few. */
const versionsOfFamilies: Readonly<Record<string, number>> = {
  rings: 3,
  bridges: 3,
  random: 4,
  tokens: 0,
  around: 3,
};

function versionsOf({ name }: Family, { isQuick }: BenchOptions): readonly number[] {
  const versions = versionsOfFamilies[name];
  if (versions !== undefined) return [versions];
  return isQuick ? [10] : [2, 10];
}

function plannedCase(family: Family, versions: number, components: number): Planned {
  const system = family.system(components, versions, seed);
  const answer = findPlan(system);
  const ms = warmMs(() => findPlan(newTo(system)));
  const decidedMs = answer.kind === "plan" ? ms : warmMs(() => decided(newTo(system)));
  return { family, versions, components, told: told(answer), ms, decidedMs };
}

/** The same as if it had just been read: what the planner keeps of tables that it has seen is no use to it. */
function newTo(system: System): System {
  return { ...system, transitionTables: [...system.transitionTables] };
}

function decided(system: System): string {
  const law = acceptabilityOf(system);
  return solver(system, law.tableClasses)(law, defaultNodeLimit).kind;
}

/** What clingo and the plain search take for the same Systems, from the smallest to the largest. */
async function beside(
  row: readonly Planned[],
  solver: Clingo,
  options: BenchOptions,
): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const msLimit = options.isQuick ? 1000 : 5000;
  let isAsked = true;
  for (const planned of row) {
    const system = planned.family.system(planned.components, planned.versions, seed);
    const answer = findPlan(system);
    const questions =
      answer.kind === "plan"
        ? [() => fewestGroups(system, answer.plan), () => fewestInstalls(system, answer.plan)]
        : // Where something can be the first to move, this question tells nothing.
          planned.family.name === "cycle"
          ? [() => firstGroup(system)]
          : [];
    const solved: Solved[] = [];
    if (isAsked) {
      for (const question of questions) solved.push(await solver.solve(question(), times, msLimit));
    }
    const best = fastest(solved);
    // What takes it too long at one size takes it longer at the next.
    if (questions.length > 0) isAsked &&= best?.kind === "solved";
    const plain = planned.components > 50 ? "" : walked(system);
    cases.push({ ...planned, breadthFirst: plain, clingo: best });
  }
  return cases;
}

/** The median, after a few that warm it up. */
function warmMs(once: () => unknown): number {
  const begin = process.cpuUsage();
  for (let count = 0; count < 20 && processorMs(begin) < 300; count += 1) once();
  return median(Array.from({ length: times }, () => meanMs(once)));
}

/**
 * Of so many in a row that what they leave in memory is collected in between: one of a few milliseconds alone mostly
 * gets by without that, and one of a hundred never, which would look like growth.
 */
function meanMs(once: () => unknown): number {
  const begin = process.cpuUsage();
  let done = 0;
  for (let batch = 1; done === 0 || processorMs(begin) < sampleMs; batch *= 2) {
    for (let count = 0; count < batch; count += 1) once();
    done += batch;
  }
  return processorMs(begin) / done;
}

function told(answer: Answer): string {
  if (answer.kind !== "plan") return answer.kind;
  const { installs, stages, exposure, groups } = answer.plan.cost;
  const isProved = answer.plan.optimal ? "proved" : "not proved";
  return `${installs}/${stages}/${exposure}/${groups} ${isProved}`;
}

function walked(system: System): string {
  const begin = process.cpuUsage();
  const { kind } = breadthFirst(system, statesLimit);
  const ms = milliseconds(processorMs(begin));
  return kind === "given-up" ? `none in ${ms}` : ms;
}

function fastest(solved: readonly Solved[]): Solved | null {
  const done = solved.filter(({ kind }) => kind === "solved");
  const sorted = done.toSorted((a, b) => msOf(a) - msOf(b));
  return sorted[0] ?? solved[0] ?? null;
}

const msOf = (solved: Solved | null) => (solved?.kind === "solved" ? solved.ms : Number.NaN);

function tableOf(cases: readonly Case[]): readonly string[] {
  const heads = [
    "family",
    "Components x versions",
    "planner",
    "installs/stages/exposure/groups",
    "breadth first",
    "clingo",
    "clingo / planner",
  ];
  const lines = cases.map((one) => [
    one.family.name,
    `${one.components} x ${one.versions}`,
    milliseconds(one.ms),
    one.told,
    one.breadthFirst,
    one.clingo === null
      ? ""
      : one.clingo.kind === "solved"
        ? milliseconds(one.clingo.ms)
        : one.clingo.why,
    one.clingo?.kind === "solved" ? (one.clingo.ms / one.decidedMs).toFixed(1) : "",
  ]);
  return aligned([heads, ...lines]);
}

/** A curve for each family: its most versions. */
function curvesOf(cases: readonly Case[]): readonly Curve[] {
  return families.map(({ name, about }) => {
    const own = cases.filter(({ family }) => family.name === name);
    const most = Math.max(...own.map(({ versions }) => versions));
    const shown = own.filter(({ versions }) => versions === most);
    return {
      name: `${name}, ${most} versions`,
      about,
      ours: shown.map(({ components, ms }) => [components, ms] as const),
      theirs: shown.flatMap(({ components, clingo: solved }) =>
        solved?.kind === "solved" ? [[components, solved.ms] as const] : [],
      ),
    };
  });
}

function promises(cases: readonly Case[]): readonly BenchRow[] {
  const rows: BenchRow[] = [];
  for (const { name } of families) {
    const own = cases.filter(({ family }) => family.name === name);
    for (const versions of new Set(own.map((one) => one.versions))) {
      const these = own.filter((one) => one.versions === versions);
      const label = `${name} x ${versions}`;
      const exponent = growth(these.filter(({ components }) => components >= 50));
      if (exponent !== null) {
        const measuredAs = `n^${exponent.toFixed(2)}`;
        rows.push(against(`${label}: growth from 50 on`, measuredAs, exponent, "n^1.30", 1.3));
      }
      const ratios = these.flatMap(({ decidedMs: ms, clingo: solved }) =>
        solved?.kind === "solved" ? [{ ms, theirs: solved.ms, ratio: ms / solved.ms }] : [],
      );
      const [worst] = ratios.toSorted((a, b) => b.ratio - a.ratio);
      if (worst !== undefined) {
        rows.push({
          name: `${label}: the worst of ${ratios.length} that clingo solved`,
          measured: milliseconds(worst.ms),
          reference: `clingo: ${milliseconds(worst.theirs)}`,
          ratio: worst.ratio,
          limit: 1,
        });
      }
    }
  }
  for (const { family, components, versions, ms } of cases) {
    const isLarge = components === 1000 && versions > 2;
    const isNamed =
      components === 200 && versions === 10 && ["skew", "zonal"].includes(family.name);
    if (!isLarge && !isNamed) continue;
    const limit = isLarge ? 1000 : 50;
    const name = `${family.name} of ${components} x ${versions}`;
    rows.push(against(name, milliseconds(ms), ms, `may take ${milliseconds(limit)}`, limit));
  }
  return rows;
}

function against(name: string, shown: string, value: number, reference: string, limit: number) {
  return { name, measured: shown, reference, ratio: value / limit, limit: 1 };
}

/** The exponent of a power of the size, fitted to the times; null: too few sizes. */
function growth(cases: readonly Case[]): number | null {
  if (cases.length < 3) return null;
  const points = cases.map(({ components, ms }) => [Math.log(components), Math.log(ms)] as const);
  const mean = (place: 0 | 1) => points.reduce((sum, one) => sum + one[place], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, one) => sum + (one[0] - x) * (one[1] - y), 0);
  return above / points.reduce((sum, one) => sum + (one[0] - x) ** 2, 0);
}

/** The plan of the seed's System, by the planner alone and by the whole program. */
async function ofTheSeed(): Promise<readonly BenchRow[]> {
  const system = systemOf(seedSketch);
  const ms = warmMs(() => findPlan(newTo(system)));
  const args = ["plan", "manifest-v2.yaml", "--state", "state-v1.yaml"];
  const { ours, theirs } = await medianOfBoth(
    15,
    () => run({ file: process.execPath, args: [program, ...args], cwd: "fixtures/systems/seed" }),
    () => run({ file: process.execPath, args: ["-e", "0"] }),
  );
  return [
    against("the seed's plan, planner alone", milliseconds(ms), ms, "may take 5.0 ms", 5),
    {
      name: "the seed's plan, whole process",
      measured: milliseconds(ours),
      reference: `node -e 0: ${milliseconds(theirs)}`,
      ratio: ours / theirs,
      limit: 4,
    },
  ];
}
