import { expect, test } from "vitest";
import { plainStyle } from "../../../src/report/style.ts";
import { type InProgress, statusLines } from "../../../src/report/status.ts";
import { statusJson } from "../../../src/report/status-json.ts";
import { beginOf, Boards, type Call, drive, exited, type Script } from "../../support/drive.ts";

const spec = {
  boards: [
    { id: "G13", type: "gateway", group: 1 },
    { id: "R456", type: "rtos", group: 2, needsReboot: "Automatic" },
  ],
} as const;

function after(script: Script, call: Call): InProgress {
  const driven = drive(beginOf(spec), new Boards(spec, script), call);
  return { deployment: driven.deployment, heldBy: null };
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
  G13   gateway  gateway-v1 -> gateway-v2  NeedsArtifactReboot done
  R456  rtos     rtos-v1 -> rtos-v2        NeedsArtifactReboot done`);
});

test("a deployment that waits for a reboot of the host says so", () => {
  expect(text(after(() => "ok", { exitOnReboot: true }))).toContain(
    `\nIt waits for a reboot of the host; then "orchestrator resume" goes on.\n`,
  );
});

test("a deployment that was killed names the state and the Components", () => {
  const cut: Script = (round, id) =>
    round === "ArtifactInstall" && id === "R456" ? { cut: "while-running" } : "ok";
  const shown = text(after(cut, {}));
  expect(shown).toContain(
    `\nIt was interrupted in ArtifactInstall: "orchestrator resume" goes on.\n`,
  );
  expect(shown).toContain("\n  R456  rtos     rtos-v1 -> rtos-v2        ArtifactInstall under way");
});

test("a failed deployment that stopped before its rollback tells why it failed", () => {
  const failing: Script = (round, id) =>
    round === "ArtifactInstall" && id === "R456" ? exited(3) : noReboot(round, id, 1);
  const progress = after(failing, { stopBefore: ["ArtifactRollback"] });
  expect(text(progress)).toContain(`
It failed: ArtifactInstall of R456, exit status 3.
It waits before ArtifactRollback: "orchestrator resume" goes on.
Stage 1 of 1, on the way back:
`);
  expect(statusJson(progress, [])).toMatchObject({
    type: "status",
    deployment: "d1",
    manifest: "m",
    way: "back",
    waits_for: { kind: "stop", before: "ArtifactRollback" },
    failure: {
      kind: "component",
      component: "R456",
      state: "ArtifactInstall",
      reason: { kind: "exited", code: 3 },
    },
    outcome: null,
  });
});

test("a process that is at work is named", () => {
  const progress = after(noReboot, { stopBefore: ["ArtifactCommit"] });
  expect(text({ ...progress, heldBy: 4711 })).toContain("\nA process (4711) is at work on it.\n");
});
