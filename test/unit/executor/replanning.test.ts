import { expect, test } from "vitest";
import type { Event } from "../../../src/core/events.ts";
import type { Deployment } from "../../../src/deployment/deployment.ts";
import { replay } from "../../../src/deployment/evolve.ts";
import { replanned } from "../../../src/executor/replanning.ts";
import { beginOf, Boards, drive, exited, type SystemSpec } from "../../support/drive.ts";

/** A deployment whose next step is to plan a way out, and what is planned then. */
function atAWayOut() {
  const spec: SystemSpec = {
    boards: [
      { id: "A", type: "gateway", group: 0, supportsRollback: "No", declaredRollback: false },
      { id: "B", type: "rtos", group: 1 },
    ],
    constrained: true,
  };
  const boards = new Boards(spec, (round, id, nth) =>
    round === "ArtifactCommit" && id === "B" && nth === 1 ? exited(1) : "ok",
  );
  const { records } = drive(beginOf(spec), boards);
  const at = records.findIndex(({ type }) => type === "replanned");
  const deployment = replay(records.slice(0, at));
  if (deployment === null) throw new Error("nothing has begun");
  return { deployment, record: records[at] };
}

/** On a clock that goes on by so much with every look at it. */
function toldOf(deployment: Deployment, stepMs: number) {
  const told: Event[] = [];
  let nowMs = 0;
  const clock = { monotonicMs: () => (nowMs += stepMs) };
  const emit = (event: Event) => void told.push(event);
  return { record: replanned(deployment, { emit, clock }), told };
}

test("planning a way out tells how far it is where it takes longer than a moment", () => {
  const { deployment, record } = atAWayOut();
  const { told, record: found } = toldOf(deployment, 600);
  const [started, first] = told;
  const of = { work: "foreseeing", name: deployment.begin.manifest };
  expect(started).toEqual({
    type: "work-started",
    ...of,
    total: { count: 300_000, unit: "search nodes" },
  });
  expect(first).toMatchObject({
    type: "work-progress",
    ...of,
    done: { unit: "search nodes" },
  });
  expect(told.at(-1)).toMatchObject({ type: "work-ended", ...of });
  expect(found).toEqual(record);
});

test("planning a way out in a moment tells nothing", () => {
  const { deployment, record } = atAWayOut();
  expect(toldOf(deployment, 0)).toEqual({ record, told: [] });
});
