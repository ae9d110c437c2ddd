import { type ComponentId, shownVersion } from "../core/ids.ts";
import type { Deployment, Member } from "../deployment/deployment.ts";
import type { LiveDownload } from "../journal/live-downloads.ts";
import { aligned } from "./columns.ts";
import { bytesText, durationText } from "./measures.ts";
import type { InProgress } from "./in-progress.ts";
import { printableExactly } from "./printable.ts";
import type { Style } from "./style.ts";
import { listed } from "./words.ts";

/** One Component as it is now. */
export interface MemberNow {
  readonly id: ComponentId;
  readonly type: string;
  readonly member: Member;
  /** The last thing that was done with it, and how far that is; null: nothing yet. */
  readonly last: { readonly round: string; readonly progress: string } | null;
  /** When that began or, where it is over, ended. */
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
    const last = lastRound(deployment, member);
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
  const read = download === null ? "" : `, ${downloadText(download)}`;
  return last.progress === "ok" ? `${last.round} done` : `${last.round} ${last.progress}${read}`;
}

function downloadText({ bytes, totalBytes }: LiveDownload): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
  return `${bytesText(bytes)} of ${bytesText(totalBytes)}, ${percent} %`;
}

/** The clock may have been set back since: then nobody knows for how long. */
function sinceText({ since }: MemberNow, now: Date | null): string {
  if (since === null) return "";
  const ms = now === null ? -1 : now.getTime() - Date.parse(since);
  const shown = since.replace(/\.\d+Z$/, "Z");
  return `since ${shown}${ms < 0 ? "" : ` (${durationText(ms)})`}`;
}

function lastRound({ open }: Deployment, member: Member): MemberNow["last"] {
  if (open?.waiting.includes(member.id) === true) {
    return { round: open.intent.round, progress: "under way" };
  }
  const last = Object.entries(member.ran).findLast(([, progress]) => progress !== undefined);
  return last === undefined ? null : { round: last[0], progress: last[1] ?? "" };
}
