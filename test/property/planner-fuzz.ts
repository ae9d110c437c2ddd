import { findPlan } from "../../src/planner/find-plan.ts";
import { unfolded } from "../../src/planner/model/unfolded.ts";
import { fault, least, preferenceTold } from "../support/planner-brute-force.ts";
import {
  onDevice,
  overStones,
  preferring,
  randomCrowd,
  randomStones,
  randomSystem,
  readOut,
  reordered,
  underManifest,
} from "../support/planner-random.ts";

/**
 * `npm run fuzz:planner -- --count N [--from SEED]`: random small Systems, each planned and compared with
 * the brute force. Prints what was seen; ends in 1 at the first difference, with its seed.
 */
function main(args: readonly string[]) {
  const count = numberAfter(args, "--count") ?? 10_000;
  const from = numberAfter(args, "--from") ?? 0;
  const seen = new Map<string, number>();
  const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  const begin = performance.now();
  for (let seed = from; seed < from + count; seed += 1) {
    const wrong = difference(seed, note);
    if (wrong !== null) {
      process.stdout.write(`seed ${String(seed)}: ${wrong}\n`);
      process.exitCode = 1;
      return;
    }
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stdout.write(`${String(count)} Systems in ${seconds} s, no difference\n`);
  for (const [what, times] of [...seen].toSorted(([a], [b]) => a.localeCompare(b))) {
    process.stdout.write(`  ${what}: ${String(times)}\n`);
  }
}

/** What the planner says wrongly of the System with this seed; null: nothing. */
function difference(seed: number, note: (what: string) => void): string | null {
  const plain = seed % 4 === 0 ? randomCrowd(seed) : randomSystem(seed);
  const legal = seed % 3 === 0 ? plain : onDevice(underManifest(plain, seed), seed);
  const sketched = seed % 7 < 2 ? overStones(legal, seed) : legal;
  const system = preferring(seed % 5 === 3 ? randomStones(seed) : sketched, seed);
  const isExact = unfolded(system, "every")?.isExact ?? true;
  const answer = findPlan(system);
  const expected = least(system);
  if (seed % 8 < 2) {
    const other = reordered(system, seed);
    if (readOut(other, findPlan(other)) !== readOut(system, answer)) {
      return "the answer depends on the order in which things are written";
    }
  }
  if (answer.kind !== "plan") {
    note(isExact ? answer.kind : `${answer.kind}, over places taken as one`);
    if (answer.kind === "undecided" && !isExact) return null;
    return answer.kind === "no-plan" && expected === null
      ? null
      : `${answer.kind}, but there is a plan: ${JSON.stringify(expected)}`;
  }
  const { plan } = answer;
  const wrong = fault(system, plan);
  if (wrong !== null) return `not a valid plan: ${wrong}`;
  if (!plan.optimal) {
    note("plan, not proved to be the best");
    return isExact ? "not proved to be the best" : null;
  }
  if (JSON.stringify(plan.cost) !== JSON.stringify(expected?.cost)) {
    return `cost ${JSON.stringify(plan.cost)}, but ${JSON.stringify(expected?.cost)} is enough`;
  }
  const preference = preferenceTold(system, plan);
  if (preference !== expected?.preference) {
    return `preference ${String(preference)}, but ${String(expected?.preference)} costs as much`;
  }
  note(`plan, stages ${String(plan.cost.stages)}`);
  note(`plan, exposure ${String(plan.cost.exposure)}`);
  note(`plan, groups ${String(plan.cost.groups)}`);
  return null;
}

function numberAfter(args: readonly string[], name: string): number | null {
  const at = args.indexOf(name);
  return at < 0 ? null : Number(args[at + 1]);
}

main(process.argv.slice(2));
