import { describe, expect, test } from "vitest";
import { plainStyle } from "../../../src/report/style.ts";
import type { InProgress } from "../../../src/report/in-progress.ts";
import { sinceOf } from "../../../src/deployment/since.ts";
import { ComponentId } from "../../../src/core/ids.ts";
import { statusLines } from "../../../src/report/status.ts";
import { statusJson } from "../../../src/report/status-json.ts";
import {
  beginOf,
  Boards,
  type Call,
  drive,
  exited,
  type Script,
  type SystemSpec,
} from "../../support/drive.ts";

const spec = {
  boards: [
    { id: "G13", type: "gateway", group: 1 },
    { id: "R456", type: "rtos", group: 2, needsReboot: "Automatic" },
  ],
} as const;

function after(script: Script, call: Call, system: SystemSpec = spec): InProgress {
  const driven = drive(beginOf(system), new Boards(system, script), call);
  const { deployment } = driven;
  return {
    deployment,
    since: sinceOf(driven.records),
    heldBy: null,
    downloads: [],
    bootId: deployment.run.bootId,
    now: new Date("2026-01-01T00:00:05Z"),
  };
}

const text = (progress: InProgress | null): string =>
  statusLines(progress, [], plainStyle).join("\n");

const noReboot: Script = (round) => (round === "NeedsArtifactReboot" ? { answer: "No" } : "ok");

test("nothing in progress is an answer, too", () => {
  expect(text(null)).toBe("No deployment is in progress.");
  expect(statusJson(null, [])).toEqual({ type: "status", deployment: null, cleanup_owed: [] });
});

test("a deployment that waits for the commit says how to go on and how to go back", () => {
  expect(text(after(noReboot, { stopBefore: ["ArtifactCommit"] })))
    .toBe(`Deployment d1 of "m", begun 2026-01-01T00:00:00.000Z.
It waits before ArtifactCommit: "orchestrator commit" goes on, "orchestrator rollback" undoes it.
Stage 1 of 1:
  G13   gateway  gateway-v1 -> gateway-v2  NeedsArtifactReboot done  since 2026-01-01T00:00:00Z (5.0 s)
  R456  rtos     rtos-v1 -> rtos-v2        NeedsArtifactReboot done  since 2026-01-01T00:00:00Z (5.0 s)`);
});

test("a deployment that waits for a reboot of the host says so", () => {
  const waiting = after(() => "ok", { exitOnReboot: true });
  expect(text(waiting)).toContain(
    `\nIt waits for a reboot of the host; then "orchestrator resume" will go on.\n`,
  );
  expect(text(waiting)).toContain("  HostReboot under way");
  expect(text({ ...waiting, bootId: "the next boot" })).toContain("  HostReboot done");
});

test("a deployment that was killed names the state and the Components", () => {
  const cut: Script = (round, id) =>
    round === "ArtifactInstall" && id === "R456" ? { cut: "while-running" } : "ok";
  const shown = text(after(cut, {}));
  expect(shown).toContain(
    `\nIt was interrupted in ArtifactInstall: "orchestrator resume" will roll back to the old state (ArtifactInstall of R456 was interrupted).\n`,
  );
  expect(shown).toMatch(
    /\n {2}R456 {2}rtos {5}rtos-v1 -> rtos-v2 {8}interrupted in ArtifactInstall +begun 2026-01-01T00:00:00Z$/,
  );
  expect(shown).not.toContain("under way");
});

test("what an earlier run was interrupted in is told so, and whether it is made again", () => {
  const cut: Script = (round, id) =>
    round === "ArtifactInstall" && id === "R456"
      ? { cut: "while-running" }
      : noReboot(round, id, 1);
  const killed = after(cut, {});
  const { deployment, since } = killed;
  const members = deployment.members.map((member) =>
    member.id === "R456"
      ? { ...member, ran: { ...member.ran, ArtifactInstall: "interrupted" as const } }
      : member,
  );
  const resumed = { ...killed, deployment: { ...deployment, open: null, members }, since };
  expect(text(resumed)).toContain("  interrupted in ArtifactInstall  begun ");
  const again = members.map((member) =>
    member.id === "R456"
      ? { ...member, ran: { ...member.ran, ArtifactInstall: "again" as const } }
      : member,
  );
  expect(text({ ...resumed, deployment: { ...resumed.deployment, members: again } })).toContain(
    "  interrupted in ArtifactInstall, which is made again  begun ",
  );
});

test("a failed deployment that stopped before its rollback tells why it failed", () => {
  const failing: Script = (round, id) =>
    round === "ArtifactInstall" && id === "R456" ? exited(3) : noReboot(round, id, 1);
  const progress = after(failing, { stopBefore: ["ArtifactRollback"] });
  expect(text(progress)).toContain(`
It failed: ArtifactInstall of R456, exit status 3.
It waits before ArtifactRollback: "orchestrator resume" will roll back to the old state.
Stage 1 of 1, on the way back:
`);
  expect(statusJson(progress, [])).toMatchObject({
    type: "status",
    deployment: "d1",
    manifest: "m",
    way: "back",
    waits_for: { kind: "stop", before: "ArtifactRollback" },
    resume: { kind: "back", to: null, because: null },
    failure: {
      kind: "component",
      component: "R456",
      state: "ArtifactInstall",
      reason: { kind: "exited", code: 3 },
    },
    outcome: null,
  });
});

describe("what resume will do is told as it will be", () => {
  const constrained = { ...spec, constrained: true } as const;
  const cutIn =
    (state: string): Script =>
    (round, id) =>
      round === state && id === "R456" ? { cut: "while-running" } : noReboot(round, id, 1);
  const waiting = (call: Call, script = noReboot, system: SystemSpec = constrained): InProgress =>
    after(script, call, system);
  const elsewhere = { bootId: "boot-of-another-day" } as const;

  test.each<[string, InProgress, string]>([
    [
      "interrupted in an install",
      waiting({}, cutIn("ArtifactInstall")),
      `It was interrupted in ArtifactInstall: "orchestrator resume" will roll back to v.1 (ArtifactInstall of R456 was interrupted).`,
    ],
    [
      "interrupted in a query",
      waiting({}, cutIn("SupportsRollback")),
      `It was interrupted in SupportsRollback: "orchestrator resume" will go on, "orchestrator rollback" undoes it.`,
    ],
    [
      "interrupted in an install that may be called again",
      waiting({}, cutIn("ArtifactInstall"), {
        ...constrained,
        boards: spec.boards.map((board) => ({ ...board, onInterrupt: "retry" })),
      }),
      `It was interrupted in ArtifactInstall: "orchestrator resume" will go on, "orchestrator rollback" undoes it.`,
    ],
    [
      "interrupted in an install that is looked at",
      waiting({}, cutIn("ArtifactInstall"), {
        ...constrained,
        boards: spec.boards.map((board) => ({ ...board, onInterrupt: "observe" })),
      }),
      `It was interrupted in ArtifactInstall: "orchestrator resume" will ask R456 for the version, and go on or roll back by that, "orchestrator rollback" undoes it.`,
    ],
    [
      "interrupted in an install beside one that cannot go back",
      waiting({}, cutIn("ArtifactInstall"), {
        ...constrained,
        boards: spec.boards.map((board) => ({
          ...board,
          supportsRollback: "No",
          declaredRollback: false,
        })),
      }),
      `It was interrupted in ArtifactInstall: "orchestrator resume" will lead the System to an acceptable state, which may be another one than the old (ArtifactInstall of R456 was interrupted).`,
    ],
    [
      "the host went down while it waited for the commit",
      { ...waiting({ stopBefore: ["ArtifactCommit"] }), ...elsewhere },
      `It waits before ArtifactCommit: "orchestrator resume" will roll back to v.1 (the host rebooted although nobody had asked for it).`,
    ],
    [
      "the reboot has come",
      { ...waiting({ exitOnReboot: true }, () => "ok"), ...elsewhere },
      `It was interrupted: "orchestrator resume" will go on, "orchestrator rollback" undoes it.`,
    ],
    [
      "only Cleanup is left",
      waiting({ stopBefore: ["Cleanup"] }),
      `It waits before Cleanup: "orchestrator resume" will finish it: only its clean-up is left.`,
    ],
  ])("%s", (_, progress, sentence) => {
    expect(text(progress).split("\n")).toContain(sentence);
  });
});

describe("while a process is at work", () => {
  const cutIn = (state: string, board: string): Script => {
    return (round, id) =>
      round === state && id === board ? { cut: "while-running" } : noReboot(round, id, 1);
  };
  const id = ComponentId.parse("R456");

  test("it is named, with what would happen were it killed, the group, and who waits for whom", () => {
    const progress = after(cutIn("ArtifactInstall", "G13"), {}, { ...spec, constrained: true });
    expect(text({ ...progress, heldBy: 4711 }))
      .toBe(`Deployment d1 of "m", begun 2026-01-01T00:00:00.000Z.
A process (4711) is at work on it. Were it killed now, "orchestrator resume" would roll back to v.1 (ArtifactInstall of G13 was interrupted).
Stage 1 of 1, group 1 of 2:
  G13   gateway  gateway-v1 -> gateway-v2  ArtifactInstall under way  since 2026-01-01T00:00:00Z (5.0 s)
  R456  rtos     rtos-v1 -> rtos-v2        not begun                                                      waits for G13`);
  });

  test("its downloads are told in bytes, and no others", () => {
    const progress = after(cutIn("Download", "R456"), {});
    const downloads = [{ component: id, bytes: 3_250_000, totalBytes: 5_242_880 }];
    const known = { ...progress, downloads };
    expect(text({ ...known, heldBy: 4711 })).toContain(
      "  Download under way, 3.1 MiB of 5.0 MiB, 61 %  since",
    );
    expect(text(known)).toContain("  interrupted in Download   begun 2026-01-01T00:00:00Z");
    expect(statusJson(known, [])).toMatchObject({
      components: [{}, { last_state: "Download", progress: "interrupted", bytes: null }],
    });
    expect(statusJson({ ...known, heldBy: 4711 }, [])).toMatchObject({
      group: 1,
      groups: 2,
      components: [
        { component: "G13", bytes: null, total_bytes: null, waits_for: ["R456"] },
        { component: "R456", bytes: 3_250_000, total_bytes: 5_242_880, waits_for: [] },
      ],
    });
  });

  test("what rollback would do is told beside what resume would", () => {
    const progress = after(cutIn("SupportsRollback", "R456"), {}, { ...spec, constrained: true });
    expect(statusJson({ ...progress, heldBy: 4711 }, [])).toMatchObject({
      resume: { kind: "forward", to: null },
      rollback: { kind: "back", to: "v.1", because: { kind: "asked" } },
    });
  });

  test("a clock that was set back since tells no time", () => {
    const progress = after(cutIn("ArtifactInstall", "G13"), {});
    const earlier = { ...progress, heldBy: 4711, now: new Date("2025-12-31T00:00:00Z") };
    expect(text(earlier)).toMatch(
      /ArtifactInstall under way {2}since 2026-01-01T00:00:00Z( {2}|$)/m,
    );
  });
});
