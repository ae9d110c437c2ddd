import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { Event, FailureReason } from "../../../src/core/events.ts";
import { ComponentId, ComponentType, SystemVersion, Version } from "../../../src/core/ids.ts";
import type { State } from "../../../src/core/protocol.ts";
import { eventLine, versionLine } from "../../../src/report/events-json.ts";
import { levelOf, progressLines } from "../../../src/report/progress-lines.ts";
import { plainStyle } from "../../../src/report/style.ts";

const gateway = { id: ComponentId.parse("G13"), type: ComponentType.parse("gateway") };
const board = { id: ComponentId.parse("R456"), type: ComponentType.parse("rtos") };

const started = (named: typeof gateway, state: State): Event => ({
  type: "state-started",
  state,
  component: named.id,
  componentType: named.type,
});

const ended = (
  named: typeof gateway,
  state: State,
  elapsedMs: number,
  failure: FailureReason | null = null,
): Event => ({
  type: "state-ended",
  state,
  component: named.id,
  componentType: named.type,
  failure,
  elapsedMs,
});

const story: readonly Event[] = [
  {
    type: "deployment-started",
    deployment: "d7",
    manifest: "core-v2",
    installs: 2,
    expectedMs: null,
  },
  {
    type: "stage-started",
    stage: 0,
    stages: 1,
    systemVersion: SystemVersion.parse("v.2"),
    groups: [],
  },
  started(gateway, "Download"),
  { type: "download-progress", component: gateway.id, bytes: 512, totalBytes: 2048 },
  ended(gateway, "Download", 1234),
  started(board, "ArtifactInstall"),
  {
    type: "interface-line",
    state: "ArtifactInstall",
    component: board.id,
    stream: "stderr",
    line: "erasing\u001b[2J",
  },
  ended(board, "ArtifactInstall", 75_000, { kind: "exited", code: 3 }),
  { type: "error-path-entered", message: "undoing what was done in this stage" },
  {
    type: "deployment-ended",
    deployment: "d7",
    outcome: "failed-rolled-back",
    systemVersion: SystemVersion.parse("v.1"),
    components: [
      { component: gateway.id, version: Version.parse("gateway-v1") },
      { component: board.id, version: Version.parse("rtos-v1") },
    ],
    isWanted: false,
    inconsistent: [],
    uncommitted: [],
    beside: [],
    wayOutUndecidedAt: null,
    owed: [],
    cause: {
      kind: "component",
      component: board.id,
      state: "ArtifactInstall",
      reason: { kind: "exited", code: 3 },
      log: ["erasing\u001b[2J"],
    },
    rolledBack: [gateway.id],
  },
];

const stamp = { time: "2026-03-01T10:00:00.000Z", deployment: "d7" };

test("lines stand in columns whatever script the names are of", () => {
  const gate = { id: ComponentId.parse("門"), type: ComponentType.parse("主機") };
  const render = progressLines([gate, gateway], { ...plainStyle, widthOf: stringWidth });
  const lines = [gate, gateway].flatMap((one) => render(started(one, "ArtifactInstall")));
  expect(lines).toEqual([
    "門   主機     ArtifactInstall               started",
    "G13  gateway  ArtifactInstall               started",
  ]);
});

describe("in a log", () => {
  test("every change is a line, Components by name and id, aligned", () => {
    const render = progressLines([gateway, board], plainStyle);
    expect(story.flatMap(render).join("\n")).toBe(`Deployment d7 of "core-v2" starts: 2 installs.
G13   gateway  Download                      started
G13   gateway  Download                      done (1.2 s)
R456  rtos     ArtifactInstall               started
R456  rtos     ArtifactInstall               | erasing\\x1b[2J
R456  rtos     ArtifactInstall               failed: exit status 3 (1 min 15 s)
On the way back: undoing what was done in this stage.
Failed and rolled back: the System is as it was before, on "v.1".
  G13   gateway-v1
  R456  rtos-v1
  why:  ArtifactInstall of R456 failed: exit status 3
        | erasing\\x1b[2J
  done: G13 was rolled back
  next: the System runs as before; mend the cause, then install again: orchestrator install FILE
  more: orchestrator history d7`);
  });

  test.each<[FailureReason, string]>([
    [{ kind: "signalled", signal: "SIGKILL" }, "failed: ended by SIGKILL (0.0 s)"],
    [{ kind: "timed-out", afterMs: 14_400_000 }, "failed: timed out after 4 h 00 min (0.0 s)"],
    [
      { kind: "not-started", message: "permission denied" },
      "failed: could not be started: permission denied (0.0 s)",
    ],
    [{ kind: "interrupted" }, "failed: interrupted, the process or the host went away"],
  ])("the failure %j is told", (failure, expected) => {
    const [line] = progressLines([gateway], plainStyle)(ended(gateway, "Cleanup", 0, failure));
    expect(line).toBe(`G13  gateway  Cleanup                       ${expected}`);
  });

  test("a failure with a problem says what to do", () => {
    const problem = {
      code: "file-unreadable",
      message: `"a.mender" cannot be read.`,
      at: { file: "a.mender" },
      hint: "Plug the medium in.",
    } as const;
    const failure: FailureReason = { kind: "problem", problem };
    expect(progressLines([gateway], plainStyle)(ended(gateway, "Download", 20, failure))).toEqual([
      `G13  gateway  Download                      failed: "a.mender" cannot be read. (0.0 s)`,
      "  at: a.mender",
      "  hint: Plug the medium in.",
    ]);
  });

  test("queries that went well are for debugging, failures are errors", () => {
    const query: Event = {
      type: "state-ended",
      state: "SupportsRollback",
      component: board.id,
      componentType: board.type,
      failure: null,
      elapsedMs: 3,
    };
    expect(levelOf(query)).toBe("debug");
    expect(levelOf({ ...query, failure: { kind: "exited", code: 1 } })).toBe("error");
    expect(levelOf(ended(board, "Cleanup", 1))).toBe("info");
  });
});

describe("for tools", () => {
  test("the stream begins with its version", () => {
    expect(versionLine("0.1.0")).toBe(`{"type":"version","format":1,"program":"0.1.0"}`);
  });

  test("every event is one line with its time", () => {
    expect(eventLine(ended(board, "Download", 3.7), stamp)).toBe(
      `{"type":"state-ended","time":"2026-03-01T10:00:00.000Z","level":"info","deployment":"d7","state":"Download","component":"R456","component_type":"rtos","failure":null,"elapsed_ms":4}`,
    );
    for (const event of story) {
      expect(eventLine(event, stamp)).not.toContain("\n");
    }
  });

  test("the end names every Component's version", () => {
    const last = story.at(-1);
    if (last === undefined) throw new Error("the story has an end");
    expect(JSON.parse(eventLine(last, stamp))).toEqual({
      type: "deployment-ended",
      time: "2026-03-01T10:00:00.000Z",
      level: "error",
      cleanup_owed: [],
      deployment: "d7",
      outcome: "failed-rolled-back",
      system_version: "v.1",
      components: { G13: "gateway-v1", R456: "rtos-v1" },
      as_wanted: false,
      inconsistent: [],
      uncommitted: [],
      beside: [],
      way_out_undecided_at: null,
      hint: null,
      cause: {
        kind: "component",
        component: "R456",
        state: "ArtifactInstall",
        reason: { kind: "exited", code: 3 },
        log: ["erasing\u001b[2J"],
      },
      rolled_back: ["G13"],
      next: {
        text: "the System runs as before; mend the cause, then install again",
        command: "orchestrator install FILE",
      },
    });
  });

  test("an inconsistent end names the Components at fault", () => {
    const last = story.at(-1);
    if (last?.type !== "deployment-ended") throw new Error("the story has an end");
    const end: Event = {
      ...last,
      outcome: "inconsistent",
      inconsistent: [board.id],
      beside: [gateway.id],
    };
    expect(JSON.parse(eventLine(end, stamp))).toMatchObject({
      inconsistent: ["R456"],
      beside: ["G13"],
    });
    expect(progressLines([gateway, board], plainStyle)(end)[0]).toBe(
      "Failed, INCONSISTENT: R456 is in an unknown or unacceptable state. Beside it: G13, no longer as before.",
    );
  });

  test("an inconsistent end tells what to do about a Component that could not be committed", () => {
    const last = story.at(-1);
    if (last?.type !== "deployment-ended") throw new Error("the story has an end");
    const end: Event = {
      ...last,
      outcome: "inconsistent",
      inconsistent: [board.id],
      uncommitted: [board.id],
    };
    const hint =
      "Boot R456 once more, then look at show-provides: what it tells then it has kept. Where that is not the new version, install again.";
    expect(progressLines([gateway, board], plainStyle)(end).slice(0, 2)).toEqual([
      "Failed, INCONSISTENT: R456 is installed and could not be committed.",
      `  hint: ${hint}`,
    ]);
    expect(JSON.parse(eventLine(end, stamp))).toMatchObject({
      uncommitted: ["R456"],
      hint,
    });
  });

  test("a failure that ends in the new System version says so", () => {
    const last = story.at(-1);
    if (last?.type !== "deployment-ended") throw new Error("the story has an end");
    const end: Event = { ...last, outcome: "failed-elsewhere", isWanted: true };
    expect(progressLines([gateway, board], plainStyle)(end)[0]).toBe(
      'Failed, yet the System is on "v.1", as the Manifest wants it.',
    );
  });

  test("an end in another acceptable state does not claim to know that it is not the new one", () => {
    const last = story.at(-1);
    if (last?.type !== "deployment-ended") throw new Error("the story has an end");
    const end: Event = { ...last, outcome: "failed-elsewhere" };
    expect(progressLines([gateway, board], plainStyle)(end)[0]).toBe(
      'Failed: the System rests on "v.1" in an acceptable state, but not in the old one.',
    );
  });
});
