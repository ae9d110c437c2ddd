import { wrongSums } from "../../bundle/sums.ts";
import { ComponentId } from "../../core/ids.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import {
  type FleetDevice,
  keyOfDevice,
  quickFleetLine,
  readFleetLine,
} from "../../manifest/fleet-line.ts";
import { typesNamedById } from "../../manifest/named-versions.ts";
import { maxFileBytes } from "../../manifest/source.ts";
import {
  brokenLine,
  type FleetTotal,
  type Outcome,
  outcomeOf,
  unfitOutcome,
} from "../../report/fleet-summary.ts";
import { jsonText } from "../../report/json-text.ts";
import { answerJson } from "../../report/plan-json.ts";
import { errorDocument } from "../../report/problems.ts";
import type { SystemInput } from "../input.ts";
import type { Machine } from "../machine.ts";
import { type OnPaper, planOnPaper, withWhyNot } from "../make-plan.ts";
import { idSet } from "./id-set.ts";
import { lineSplitter, type StreamLine } from "./lines.ts";
import { recent } from "./recent.ts";

/** How many answers are kept for states that come again; docs/fleet.md publishes it. Characters. */
const keptAnswers = { entries: 10_000, weight: 32 * 1024 * 1024 } as const;

/** Characters that are written at once. */
const piece = 64 * 1024;

/** The states of a fleet, as they come. */
export interface FleetInput {
  /** How people know it. */
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export interface FleetWork {
  readonly input: SystemInput;
  readonly paper: OnPaper;
  readonly fleet: FleetInput;
  /** What is counted goes here. */
  readonly total: FleetTotal;
  /** Whether each line is answered. */
  readonly answers: boolean;
}

/** What is known of a state. */
interface KnownState {
  readonly count: (id: string) => void;
  /** Its answer as JSON without the opening brace, cut where the ids of Components stand; empty where nobody asks. */
  readonly text: readonly (string | number)[];
}

/**
 * Answers lines in their order, many in a piece of text. Equal states are planned once, whatever their Components are
 * called, unless a table names them. Ends early where the whole cannot go on.
 */
export async function* planFleet(
  machine: Machine,
  work: FleetWork,
): AsyncGenerator<string, Result<null>> {
  const { paper, fleet, total } = work;
  const { manifest } = paper;
  const types = manifest.componentTypes.map(({ type }) => type);
  const named = typesNamedById(manifest.constraints, types);
  const isIdNamed = (type: string) => named.has(type);
  const stand = standIns(machine.platform.clock.randomId(), isIdNamed);
  const states = recent<KnownState>(keptAnswers, ({ text }) =>
    text.reduce<number>((sum, part) => sum + (typeof part === "string" ? part.length : 1), 0),
  );
  const ids = idSet();
  const exchanged = onlyOnce(async () => {
    const { bundle } = work.input.places;
    return bundle === null ? [] : await wrongSums(bundle.bundle, bundle.source);
  });

  function isTwice(id: string): boolean {
    const isNew = ids.add(id);
    if (isNew !== null) total.compared();
    return isNew === false;
  }

  function refused(number: number, problems: readonly Problem[]): string {
    total.broken(brokenLine(fleet.name, number, problems));
    return work.answers ? `{"line":${number},${jsonText(errorDocument(problems)).slice(1)}\n` : "";
  }

  /** `inJson`: the ids of the Components as they stand between the quotes of JSON. */
  function answered(
    number: number,
    id: string,
    inJson: readonly string[],
    { count, text }: KnownState,
  ): string {
    if (isTwice(id)) return refused(number, [sameDevice(fleet.name, number, id)]);
    count(id);
    if (!work.answers) return "";
    let answer = `{"line":${number},"id":${jsonText(id)},`;
    for (const part of text) answer += typeof part === "string" ? part : inJson[part];
    return `${answer}\n`;
  }

  async function planned(device: FleetDevice): Promise<Result<KnownState>> {
    const { systemType, components } = device;
    const told = components.map((one, index) => ({
      ...one,
      id: stand.for(one.componentType, one.id, index),
      at: null,
    }));
    const made = await planOnPaper(machine, paper, { systemType, components: told, file: null });
    if (!made.ok || made.value.answer.kind !== "plan") {
      const problems = await exchanged();
      if (problems.length > 0) return fail(...problems);
    }
    if (!made.ok) {
      const outcome = stand.shown(unfitOutcome(made.problems));
      return ok({
        count: total.counter(outcome, undefined),
        text: textOf(errorDocument(made.problems)),
      });
    }
    const { answer } = made.value;
    const withReason = await withWhyNot(machine, made.value);
    const { systemVersion } = withReason.from;
    return ok({
      count: total.counter(stand.shown(outcomeOf(withReason, answer)), systemVersion),
      text: textOf(answerJson(withReason, answer)),
    });
  }

  const textOf = (document: unknown) =>
    work.answers ? stand.cut(jsonText(document).slice(1)) : [];

  /** A line that has to be read in full. */
  async function readInFull(
    number: number,
    bytes: Buffer,
    key: string | null,
  ): Promise<Result<string>> {
    const read = readFleetLine({ name: fleet.name, bytes }, number);
    if (!read.ok) return ok(refused(number, read.problems));
    const device = read.value;
    const ownKey = key ?? keyOfDevice(device);
    const known = states.get(ownKey);
    const state = known === undefined ? await planned(device) : ok(known);
    if (!state.ok) return state;
    if (known === undefined) states.set(ownKey, state.value);
    const inJson = device.components.map(({ id }) => jsonText(id).slice(1, -1));
    return ok(answered(number, device.id, inJson, state.value));
  }

  /** Without waiting for anything where the state is known. */
  function answerTo({ number, bytes }: StreamLine): string | Promise<Result<string>> {
    if (bytes === null) return refused(number, [tooLong(fleet.name, number)]);
    if (isBlank(bytes)) return "";
    const quick = quickFleetLine(bytes, isIdNamed);
    const known = quick === null ? undefined : states.get(quick.key);
    if (quick !== null && known !== undefined)
      return answered(number, quick.id, quick.components, known);
    return readInFull(number, bytes, quick?.key ?? null);
  }

  const splitter = lineSplitter(maxFileBytes);
  for await (const lines of linesOf(splitter, fleet.pieces)) {
    let text = "";
    for (const line of lines) {
      if (machine.signal.aborted) break;
      const answer = answerTo(line);
      if (typeof answer === "string") text += answer;
      else {
        const made = await answer;
        if (!made.ok) return made;
        text += made.value;
      }
      if (text.length < piece) continue;
      yield text;
      text = "";
    }
    if (machine.signal.aborted) return fail(interrupted);
    if (text !== "") yield text;
  }
  return machine.signal.aborted ? fail(interrupted) : ok(null);
}

async function* linesOf(
  splitter: ReturnType<typeof lineSplitter>,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Iterable<StreamLine>> {
  for await (const piece of pieces) yield splitter.take(piece);
  yield splitter.end();
}

/** Names in place of the ids that decide nothing, so that the answer for one device is that for all in its state. */
function standIns(run: string, isIdNamed: (componentType: string) => boolean) {
  const pattern = new RegExp(`~${run}\\.(\\d+)~`, "g");
  return {
    for: (type: string, id: ComponentId, index: number): ComponentId =>
      isIdNamed(type) ? id : ComponentId.parse(`~${run}.${index}~`),
    /** Pieces of text, and between them which Component's id belongs there. */
    cut: (text: string): readonly (string | number)[] =>
      text.split(pattern).map((part, at) => (at % 2 === 0 ? part : Number(part))),
    /** `#1` is the first Component of the line, whatever it is called. */
    shown: (outcome: Outcome): Outcome => {
      const inText = (text: string) =>
        text.replaceAll(pattern, (_, index: string) => `#${Number(index) + 1}`);
      if (outcome.kind === "no-plan") return { ...outcome, reason: inText(outcome.reason) };
      if (outcome.kind !== "unfit") return outcome;
      const problems = outcome.problems.map(({ code, message }) => ({
        code,
        message: inText(message),
      }));
      return { ...outcome, problems };
    },
  };
}

function onlyOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => (asked ??= ask());
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes.length < 64 && /^\s*$/.test(bytes.toString("latin1")));
}

const interrupted: Problem = {
  code: "interrupted",
  message: "This program was told to end before it had read the whole fleet.",
  hint: "Call it again; what it has printed so far is right, and not all.",
};

function tooLong(file: string, line: number): Problem {
  return {
    code: "file-too-large",
    message: `Line ${line} of "${file}" is too long to be the state of a device.`,
    at: { file, line },
    expected: `at most ${maxFileBytes} bytes`,
    hint: "Write one device on each line.",
  };
}

function sameDevice(file: string, line: number, id: string): Problem {
  return {
    code: "wrong-value",
    message: `A line before this one has the id "${id}", too.`,
    at: { file, line },
    expected: "each device once",
    got: id,
    hint: "Remove one of the two lines, or correct its id.",
  };
}
