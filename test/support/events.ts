import type { Event } from "../../src/core/events.ts";
import { ComponentId, ComponentType, SystemVersion, Version } from "../../src/core/ids.ts";

/** What others have a say in: names, and what they tell. */
export interface Said {
  readonly name: string;
  readonly text: string;
}

type EventTable = { readonly [type in Event["type"]]: Extract<Event, { type: type }> };

/** An event of every kind, all that others have a say in being as given. */
export function eventsOf({ name, text }: Said): EventTable {
  const component = ComponentId.parse(name);
  const componentType = ComponentType.parse(name);
  const version = Version.parse(name);
  const systemVersion = SystemVersion.parse(name);
  const call = { state: "ArtifactInstall", component, componentType } as const;
  const problem = {
    code: "file-unreadable",
    message: text,
    at: { file: text, line: 3, column: 1 },
    hint: text,
  } as const;
  const failure = { kind: "problem", problem } as const;
  const cause = { kind: "component", ...call, reason: failure, log: [text] } as const;
  const work = { work: "verifying", name: text } as const;
  const done = { count: 1, unit: "bytes" } as const;
  return {
    "deployment-started": {
      type: "deployment-started",
      deployment,
      manifest: name,
      installs: 1,
      expectedMs: null,
    },
    "deployment-resumed": { type: "deployment-resumed", deployment, manifest: name },
    "stage-started": {
      type: "stage-started",
      stage: 0,
      stages: 2,
      systemVersion,
      groups: [[{ component, from: version, to: version }]],
    },
    "state-started": { type: "state-started", ...call },
    "state-ended": { type: "state-ended", ...call, failure, elapsedMs: 20 },
    "interface-line": {
      type: "interface-line",
      state: call.state,
      component,
      stream: "stderr",
      line: text,
    },
    "download-progress": { type: "download-progress", component, bytes: 1, totalBytes: 2 },
    "state-running": { type: "state-running", ...call, elapsedMs: 20 },
    "work-started": { type: "work-started", ...work, total: null },
    "work-progress": { type: "work-progress", ...work, done },
    "work-running": { type: "work-running", ...work, howFar: { done }, elapsedMs: 20 },
    "work-ended": { type: "work-ended", ...work, elapsedMs: 20 },
    "error-path-entered": { type: "error-path-entered", message: text },
    "host-reboot": { type: "host-reboot", components: [component] },
    stopped: { type: "stopped", deployment, before: "Cleanup", failed: true, cause },
    "gate-asked": { type: "gate-asked", gate: name, moment: "group", group: 0 },
    "gate-answered": {
      type: "gate-answered",
      gate: name,
      moment: "group",
      group: 0,
      answer: "no",
      reason: text,
      failure,
      elapsedMs: 20,
    },
    "gate-line": {
      type: "gate-line",
      gate: name,
      moment: "group",
      stream: "stderr",
      line: text,
    },
    waiting: {
      type: "waiting",
      deployment,
      gate: name,
      moment: "group",
      reason: text,
      askedAgainMs: null,
    },
    note: { type: "note", message: text },
    "deployment-ended": {
      type: "deployment-ended",
      deployment,
      outcome: "inconsistent",
      systemVersion,
      components: [{ component, version }],
      isWanted: false,
      inconsistent: [component],
      uncommitted: [component],
      beside: [component],
      wayOutUndecidedAt: null,
      owed: [component],
      cause,
      rolledBack: [component],
    },
  };
}

export const deployment = "3f2a9c41d0e2";
