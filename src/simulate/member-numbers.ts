import type { Member, Progress } from "../deployment/deployment.ts";
import { roundNames } from "../deployment/rounds.ts";
import { vectorTable } from "./checker/vector-table.ts";

/** A number for each Member, the same for those that do not differ in what can still come. */
export function memberNumbers(): (member: Member) => number {
  const numbers = vectorTable();
  const texts = numbering<string>();
  const steps = new WeakMap<object, number>();
  const vector = new Int32Array(vectorLength);
  const stepNumber = (step: NonNullable<Member["step"]>): number => {
    const before = steps.get(step);
    if (before !== undefined) return before;
    const number = texts(`${step.group}/${step.from}/${step.to}/${step.means}`);
    steps.set(step, number);
    return number;
  };
  return (member) => {
    const { step, version } = member;
    packRounds(member, vector);
    vector[flagsAt] =
      answerNumbers[member.supportsRollback ?? "none"] +
      answerNumbers[member.needsReboot ?? "none"] * 4 +
      (member.inconsistent ? 16 : 0) +
      (member.maybeDropped ? 32 : 0) +
      (member.owesCleanup ? 64 : 0) +
      (member.toObserve === null ? 0 : roundNames.indexOf(member.toObserve) + 1) * 128;
    vector[stepAt] = step === null ? -1 : stepNumber(step);
    vector[versionAt] = version === null ? -1 : texts(version);
    return numbers.numberOf(vector, vectorLength);
  };
}

/** A number for each value, from 0 on. */
export function numbering<Value>(): (value: Value) => number {
  const known = new Map<Value, number>();
  return (value) => {
    const before = known.get(value);
    if (before !== undefined) return before;
    known.set(value, known.size);
    return known.size - 1;
  };
}

const progressNumbers: { readonly [progress in Progress]: number } = {
  started: 1,
  ok: 2,
  failed: 3,
  interrupted: 4,
  again: 5,
};

const answerNumbers = { none: 0, No: 1, Yes: 2, Automatic: 3 } as const;

/** How far eight rounds came, four bits each; then how often they have failed. */
const roundsInInt = 8;
const roundInts = Math.ceil(roundNames.length / roundsInInt);
const flagsAt = 2 * roundInts;
const stepAt = flagsAt + 1;
const versionAt = flagsAt + 2;
const vectorLength = flagsAt + 3;
const mostFailures = 15;

/** Where each round has its bits. */
const bitsOf: ReadonlyMap<string, { readonly into: number; readonly shift: number }> = new Map(
  roundNames.map((name, at) => [
    name,
    { into: Math.floor(at / roundsInInt), shift: 4 * (at % roundsInInt) },
  ]),
);

/** Of the many rounds few have run, and hardly any has failed. */
function packRounds({ ran, failures }: Rounds, vector: Int32Array): void {
  vector.fill(0, 0, flagsAt);
  for (const name in ran) {
    const progress = ran[name];
    const bits = bitsOf.get(name);
    if (progress === undefined || bits === undefined) continue;
    vector[bits.into] = (vector[bits.into] ?? 0) | (progressNumbers[progress] << bits.shift);
  }
  for (const name in failures) {
    const failed = failures[name];
    const bits = bitsOf.get(name);
    if (failed === undefined || bits === undefined) continue;
    if (failed > mostFailures) throw new Error(`${name} has failed ${failed} times`);
    const into = roundInts + bits.into;
    vector[into] = (vector[into] ?? 0) | (failed << bits.shift);
  }
}

/** Of a Member; keys are names of rounds. */
interface Rounds {
  readonly ran: { readonly [name: string]: Progress | undefined };
  readonly failures: { readonly [name: string]: number | undefined };
}
