import { assertNever } from "../core/assert-never.ts";
import { type ComponentId, shownVersion } from "../core/ids.ts";
import type { Deployment, Member, Progress } from "../deployment/deployment.ts";
import type { LiveDownload } from "../journal/live-downloads.ts";
import { aligned } from "./columns.ts";
import { bytesText, durationText } from "./measures.ts";
import type { InProgress } from "./in-progress.ts";
import { printableExactly } from "./printable.ts";
import { type Waiting, waitingFor } from "./status-waiting.ts";
import type { Style } from "./style.ts";
import { listed } from "./words.ts";

/** One Component as it is now. */
export interface MemberNow {
  readonly id: ComponentId;
  readonly type: string;
  readonly member: Member;
  /** The last thing that was done with it, and how far that is; null: nothing yet. */
  readonly last: { readonly round: string; readonly progress: Progress | "under way" } | null;
  /** When that began or, where its end was seen, ended. */
  readonly since: string | null;
  /** Null: it downloads nothing, or nobody knows how much of it. */
  readonly download: LiveDownload | null;
  /** Those at work, where it is not one of them and has still something before it. */
  readonly waitsFor: readonly ComponentId[];
}

export function membersNow(progress: InProgress): readonly MemberNow[] {
  const { deployment, since, downloads, heldBy } = progress;
  const busy = heldBy === null ? [] : (deployment.open?.waiting ?? []);
  return deployment.members.map((member) => {
    const { id } = member;
    const isBusy = busy.includes(id);
    const last = lastRound(progress, member);
    return {
      id,
      type: typeOf(deployment, id),
      member,
      last,
      since: last === null ? null : (since.get(id) ?? null),
      download: isBusy ? (downloads.find(({ component }) => component === id) ?? null) : null,
      waitsFor: isBusy || member.step === null ? [] : busy,
    };
  });
}

export function memberLines(progress: InProgress, style: Style): readonly string[] {
  const rows = membersNow(progress).map((now) => [
    now.id,
    now.type,
    versionText(now.member),
    lastText(now),
    sinceText(now, progress.now),
    now.waitsFor.length === 0 ? "" : `waits for ${listed(now.waitsFor)}`,
  ]);
  return aligned(
    rows.map((row) => row.map(printableExactly)),
    style.widthOf,
  ).map(([id = "", ...cells]) => `  ${style.strong(id)}  ${cells.join("  ")}`.trimEnd());
}

function typeOf({ begin }: Deployment, id: ComponentId): string {
  return begin.components.find((component) => component.id === id)?.componentType ?? "";
}

function versionText({ step, version }: Member): string {
  return step === null ? shownVersion(version) : `${step.from} -> ${step.to}`;
}

function lastText({ member, last, download }: MemberNow): string {
  if (member.inconsistent) return "INCONSISTENT";
  if (last === null) return member.step === null ? "" : "not begun";
  const { round, progress } = last;
  switch (progress) {
    case "under way":
      return `${round} under way${download === null ? "" : `, ${downloadText(download)}`}`;
    case "started":
    case "failed":
      return `${round} ${progress}`;
    case "ok":
      return `${round} done`;
    case "interrupted":
      return `interrupted in ${round}`;
    case "again":
      return `interrupted in ${round}, which is made again`;
    default:
      return assertNever(progress);
  }
}

function downloadText({ bytes, totalBytes }: LiveDownload): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
  return `${bytesText(bytes)} of ${bytesText(totalBytes)}, ${percent} %`;
}

/** The clock may have been set back since: then nobody knows for how long. Nor when something was interrupted. */
function sinceText({ last, since }: MemberNow, now: Date | null): string {
  if (since === null) return "";
  const shown = since.replace(/\.\d+Z$/, "Z");
  if (last?.progress === "interrupted" || last?.progress === "again") return `begun ${shown}`;
  const ms = now === null ? -1 : now.getTime() - Date.parse(since);
  return `since ${shown}${ms < 0 ? "" : ` (${durationText(ms)})`}`;
}

function lastRound(progress: InProgress, member: Member): MemberNow["last"] {
  const { open } = progress.deployment;
  if (open?.waiting.includes(member.id) === true) {
    return { round: open.intent.round, progress: openProgress(waitingFor(progress)) };
  }
  const [round, last] = Object.entries(member.ran).findLast(([, ran]) => ran !== undefined) ?? [];
  return round === undefined || last === undefined ? null : { round, progress: last };
}

/** Of a round whose end is not recorded: a reboot that has come is over; what no process works on is broken off. */
function openProgress(waiting: Waiting): Progress | "under way" {
  if (waiting.kind === "process" || waiting.kind === "host-reboot") return "under way";
  return waiting.kind === "resume" && waiting.interrupted === null ? "ok" : "interrupted";
}
