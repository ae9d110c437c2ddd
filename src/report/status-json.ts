import { assertNever } from "../core/assert-never.ts";
import { shownVersion } from "../core/ids.ts";
import { causeJson } from "./cause.ts";
import { prospectJson } from "./prospect.ts";
import type { InProgress } from "./in-progress.ts";
import { groupOf, prospectFor } from "./status.ts";
import { membersNow } from "./status-members.ts";
import { type Waiting, waitingFor } from "./status-waiting.ts";
import type { OwedCleanup } from "../journal/owed.ts";

function waitingDocument(waiting: Waiting): Readonly<Record<string, unknown>> {
  switch (waiting.kind) {
    case "process":
      return { kind: waiting.kind, pid: waiting.pid };
    case "stop":
      return { kind: waiting.kind, before: waiting.before };
    case "gate":
      return {
        kind: waiting.kind,
        gate: waiting.gate,
        moment: waiting.moment,
        reason: waiting.reason,
      };
    case "host-reboot":
      return { kind: waiting.kind };
    case "resume":
      return { kind: waiting.kind, interrupted: waiting.interrupted };
    default:
      return assertNever(waiting);
  }
}

export function statusJson(
  progress: InProgress | null,
  owed: readonly OwedCleanup[],
): Readonly<Record<string, unknown>> {
  const debts = owed.map(({ component, componentType, deployment }) => ({
    component,
    component_type: componentType,
    deployment,
  }));
  if (progress === null) return { type: "status", deployment: null, cleanup_owed: debts };
  const { deployment } = progress;
  const { begin, stage, direction, failure, ended } = deployment;
  const at = groupOf(deployment);
  return {
    type: "status",
    deployment: begin.deployment,
    manifest: begin.manifest,
    begun: begin.at,
    way: direction,
    stage,
    stages: begin.plan.stages.length,
    system_version: begin.plan.stages[stage]?.systemVersion ?? null,
    group: at?.group ?? null,
    groups: at?.groups ?? null,
    waits_for: waitingDocument(waitingFor(progress)),
    resume: prospectJson(prospectFor(progress, "resume")),
    rollback: prospectJson(prospectFor(progress, "rollback")),
    failure: failure === null ? null : causeJson(failure),
    outcome: ended?.outcome ?? null,
    components: membersNow(progress).map(
      ({ id, type, member, last, since, download, waitsFor }) => {
        const version = shownVersion(member.version);
        return {
          component: id,
          component_type: type,
          from: member.step?.from ?? version,
          to: member.step?.to ?? version,
          version,
          group: member.step?.group ?? null,
          last_state: last?.round ?? null,
          progress: last?.progress ?? null,
          since,
          bytes: download?.bytes ?? null,
          total_bytes: download?.totalBytes ?? null,
          waits_for: waitsFor,
          inconsistent: member.inconsistent,
          owes_cleanup: member.owesCleanup,
        };
      },
    ),
    cleanup_owed: debts,
  };
}
