import type { ComponentId } from "../core/ids.ts";
import type { Amount } from "../core/events.ts";
import { assertNever } from "../core/assert-never.ts";
import { shortVersion } from "./grid.ts";
import { amountText, durationText, memoryText } from "./measures.ts";
import { printableExactly } from "./printable.ts";
import { rateOf, type Row, type Speed } from "./progress-view.ts";
import { listed } from "./words.ts";

/** What there is to say of a Component, in parts of which a narrow terminal shows fewer. */
export interface Told {
  readonly id: string;
  readonly type: string;
  /** `v1 → v2`; empty: the stage leaves it alone. */
  readonly move: string;
  readonly state: string;
  /** The state in a word. */
  readonly short: string;
  /** The richest first; each is a list of words that may be left out from the end. */
  readonly tails: readonly string[];
  readonly weight: "plain" | "faint" | "bad";
}

/** The states in one word each, for terminals on which their names do not fit. */
const shortStates: Readonly<Record<string, string>> = {
  Download: "download",
  DownloadWithFileSizes: "download",
  ArtifactInstall: "install",
  ArtifactReboot: "reboot",
  ArtifactVerifyReboot: "verify",
  ArtifactCommit: "commit",
  Cleanup: "clean up",
  ArtifactRollback: "undo",
  ArtifactRollbackReboot: "reboot",
  ArtifactVerifyRollbackReboot: "verify",
  ArtifactFailure: "failure",
};

/** A query that takes longer is shown. Milliseconds. */
const longQueryMs = 2000;

/** `busy`: who is at work, in their order. `arrow`: between two versions. */
export function toldOf(row: Row, busy: readonly ComponentId[], nowMs: number, arrow: string): Told {
  const { named, move } = row;
  const version = (text: string) => printableExactly(shortVersion(named.type, text));
  const head = {
    id: printableExactly(named.id),
    type: printableExactly(named.type),
    move: move === null ? "" : `${version(move.from)} ${arrow} ${version(move.to)}`,
  };
  const { asked } = row;
  if (asked !== null && nowMs - asked.startedMs >= longQueryMs) {
    const tails = [durationText(nowMs - asked.startedMs)];
    return { ...head, state: asked.query, short: "asked", tails, weight: "plain" };
  }
  return { ...head, ...doingOf(row, busy, nowMs) };
}

function doingOf(
  { named, move, doing }: Row,
  busy: readonly ComponentId[],
  nowMs: number,
): Pick<Told, "state" | "short" | "tails" | "weight"> {
  const others = busy.filter((id) => id !== named.id);
  const waits = others.length === 0 ? [] : [`waits for ${fewOf(others)}`];
  switch (doing.kind) {
    case "waiting":
      if (move === null) return { state: "-", short: "-", tails: [""], weight: "faint" };
      return { state: "waiting", short: "waiting", tails: waits, weight: "faint" };
    case "running":
      return {
        state: doing.state,
        short: shortOf(doing.state),
        tails: speedTails(doing.since, nowMs),
        weight: "plain",
      };
    case "ended":
      return {
        state: doing.state,
        short: shortOf(doing.state),
        tails: [["done", ...waits].join(", "), "done"],
        weight: "faint",
      };
    case "failed":
      return {
        state: doing.state,
        short: shortOf(doing.state),
        tails: [`failed: ${doing.reason}`, "failed"],
        weight: "bad",
      };
    default:
      return assertNever(doing);
  }
}

function shortOf(state: string): string {
  return shortStates[state] ?? "asked";
}

function fewOf(ids: readonly ComponentId[]): string {
  if (ids.length <= 3) return listed(ids.map(printableExactly));
  return `${printableExactly(ids[0] ?? "")} and ${ids.length - 1} others`;
}

/** Bytes of all, percent, rate, time left; or the time since. */
export function speedTails(speed: Speed, nowMs: number): readonly string[] {
  const { startedMs, done, total, memory } = speed;
  const elapsed = durationText(nowMs - startedMs);
  if (done === null) return [elapsed];
  const rate = rateOf(speed, nowMs);
  const isBytes = done.unit === "bytes";
  const isSlow = done.unit === "Components" || done.unit === "starting states";
  // How many it will be nobody knows, but that there will be no more.
  const isLimit = done.unit === "search nodes";
  const pace =
    rate === null || isSlow ? [] : [`${rateText({ ...done, count: Math.round(rate) })}/s`];
  // Beyond what was foreseen nobody knows how much is left.
  if (total === null || done.count > total.count) {
    const taken = memory === null ? [] : [memoryText(memory)];
    return [
      [amountText(done), ...pace, ...taken, elapsed],
      [amountText(done), ...taken, elapsed],
      [...taken, elapsed],
      [elapsed],
    ].map((parts) => parts.join(", "));
  }
  if (isLimit) {
    const amount = `${done.count} of at most ${amountText(total)}`;
    return [[amount, ...pace, elapsed], [amount, elapsed], [elapsed]].map((parts) =>
      parts.join(", "),
    );
  }
  const share = total.count === 0 ? 100 : Math.floor((100 * done.count) / total.count);
  const percent = `${share} %`;
  const amount = `${isBytes ? amountText(done) : done.count} of ${amountText(total)}`;
  const rest = total.count - done.count;
  // Of Components each takes as long as it takes.
  const left = isBytes ? timeLeft(rest, rate, elapsed) : elapsed;
  return [
    [amount, percent, ...pace, left],
    [amount, percent, left],
    [percent, left],
    [percent],
  ].map((parts) => parts.join(", "));
}

/** `1.2 MiB`; of what has no measure the number alone: its unit stands before it. */
function rateText(amount: Amount): string {
  return amount.unit === "bytes" ? amountText(amount) : String(amount.count);
}

/** No longer than anybody waits to see the end of it. Milliseconds. */
const longestLeftMs = 100 * 3_600_000;

function timeLeft(rest: number, rate: number | null, elapsed: string): string {
  if (rate === null || rest <= 0) return elapsed;
  const leftMs = (1000 * rest) / rate;
  return leftMs > longestLeftMs ? "stalled" : `${durationText(leftMs)} left`;
}
