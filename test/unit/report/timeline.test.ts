import { expect, test } from "vitest";
import { spanText, timelineOf } from "../../../src/report/timeline.ts";
import { beginOf, Boards, drive, exited, type Script } from "../../support/drive.ts";

const spec = {
  boards: [
    { id: "G13", type: "gateway", group: 1 },
    { id: "R456", type: "rtos", group: 2 },
  ],
} as const;

const told = (script: Script) => {
  const { records } = drive(beginOf(spec), new Boards(spec, script), {});
  return timelineOf(records);
};
const noReboot: Script = (round) => (round === "NeedsArtifactReboot" ? { answer: "No" } : "ok");

test("what was done is told in its order, and what was only asked is not", () => {
  expect(told(noReboot).map(({ component, state }) => `${state} ${component}`)).toEqual([
    "Download G13",
    "ArtifactInstall G13",
    "Download R456",
    "ArtifactInstall R456",
    "ArtifactCommit G13",
    "ArtifactCommit R456",
    "Cleanup G13",
    "Cleanup R456",
  ]);
});

test("a failure is told with what it was, and what was broken off has no end", () => {
  const failing = told((round, id) =>
    round === "ArtifactInstall" && id === "R456" ? exited(3) : noReboot(round, id, 1),
  );
  const failed = failing.find(({ failure }) => failure !== null);
  expect(failed).toMatchObject({ component: "R456", state: "ArtifactInstall", run: 1 });
  expect(failed === undefined ? "" : spanText(failed)).toMatch(/^failed: exit status 3 \(/);
  const cut = told((round, id) =>
    round === "ArtifactInstall" && id === "G13" ? { cut: "while-running" } : noReboot(round, id, 1),
  );
  expect(cut.at(-1)).toMatchObject({
    component: "G13",
    at: null,
    failure: { kind: "interrupted" },
  });
  const unseen = cut.at(-1);
  expect(unseen === undefined ? "" : spanText(unseen)).toBe(
    "failed: interrupted, the process or the host went away",
  );
});

test("places are counted by what took time, each round behind the one before", () => {
  const [begin, ...records] = drive(beginOf(spec), new Boards(spec, noReboot), {}).records;
  if (begin === undefined) throw new Error("a journal without records");
  const slow = records.map((record) =>
    record.type === "outcome" ? { ...record, at: "1970-01-01T00:00:00Z", elapsedMs: 10 } : record,
  );
  const spans = timelineOf([begin, ...slow]);
  expect(spans.every(({ fromMs, toMs }) => toMs - fromMs === 10)).toBe(true);
  const places = spans.map(({ fromMs }) => fromMs);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});
