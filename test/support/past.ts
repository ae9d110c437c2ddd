import { ComponentId, ComponentType } from "../../src/core/ids.ts";
import type { Past } from "../../src/report/history.ts";
import { timelineOf } from "../../src/report/timeline.ts";
import { beginOf, Boards, drive, exited } from "./drive.ts";

/** A failed deployment with a text of others wherever there can be one. */
export function pastOf(text: string): Past {
  const spec = { boards: [{ id: "G13", type: "gateway", group: 1 }] } as const;
  const script = new Boards(spec, (round) => (round === "ArtifactInstall" ? exited(3) : "ok"));
  const { deployment, records } = drive(beginOf(spec), script, {});
  // All that a name may hold.
  const name = text.replaceAll(/[\u0000-\u001f\u007f]/g, "");
  const component = ComponentId.parse(name);
  const componentType = ComponentType.parse(name);
  const version = deployment.members[0]?.version ?? null;
  return {
    deployment: {
      ...deployment,
      begin: {
        ...deployment.begin,
        manifest: text,
        deployment: text,
        components: deployment.begin.components.map((one) => ({
          ...one,
          id: component,
          componentType,
        })),
      },
      members: deployment.members.map((member) => ({ ...member, id: component, version })),
      failure: {
        kind: "component",
        component,
        round: "ArtifactInstall",
        run: 1,
        reason: { kind: "not-started", message: text },
      },
      owed: [component],
    },
    endedAt: "2026-01-01T00:00:00.000Z",
    lastRunMs: 1,
    elapsedMs: new Map([[component, 5]]),
    gates: [],
    spans: timelineOf(records).map((span) => ({
      ...span,
      component,
      failure: span.failure === null ? null : { kind: "not-started", message: text },
    })),
  };
}
