import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  otherCrashPoints,
  roundCrashPoints,
  type SeedProgram,
  seedProgram,
  v1,
  v2,
} from "../support/seed-program.ts";
import { oneOfEachKind } from "../support/tier.ts";

/** The built program killed with SIGKILL at every named crash point, then taken up with resume. */

let system: SeedProgram;
beforeEach(() => {
  system = seedProgram();
});
afterEach(() => {
  system.remove();
});

/** The rounds that a run comes by which nothing disturbs: in the others nobody is killed on the way forward. */
const roundsOfSuccess = [
  "ArtifactCommit",
  "ArtifactInstall",
  "ArtifactReboot",
  "ArtifactVerifyReboot",
  "Cleanup",
  "ConfirmEnd",
  "Download",
  "ExpectOld",
  "NeedsArtifactReboot",
  "NeedsUnpackedArtifact",
  "ProvidePayloadFileSizes",
  "SupportsRollback",
];

const roundOf = (point: string) => point.slice(0, point.indexOf(":"));

/** The usual tier kills once in each round, and once in all that only ask. */
const kindOf = (point: string) =>
  /^(Needs|Provide|Supports|Expect|Confirm)/.test(point) ? "query" : roundOf(point);

/** A run that nothing disturbs comes by these; it tells of no stop, and its own record of a run is the first one. */
const points = [
  ...otherCrashPoints.filter((point) => /^(begin|end):/.test(point)),
  ...roundCrashPoints.filter((point) => roundsOfSuccess.includes(roundOf(point))),
];

/** Kills at the point, resumes, and tells how it ended; null where the run does not come by. */
function killAndResume(point: string): { exit: number | null; versions: readonly string[] } | null {
  const killed = system.run(["install", "manifest-v2.yaml"], { ORCHESTRATOR_CRASH_POINT: point });
  if (killed.signal !== "SIGKILL") return null;
  const wasInProgress = system.isInProgress();
  const resumed = system.run(["resume"]);
  if (resumed.exit !== 2) expect(wasInProgress).toBe(true);
  // Killed before anything of the deployment reached the journal, or after all of it: nothing to resume.
  const exit = resumed.exit === 2 ? (system.versions()[0] === v1[0] ? 22 : 0) : resumed.exit;
  expect(resumed.stderr).not.toContain("    at ");
  return { exit, versions: system.versions() };
}

/** A run that nobody disturbs: the rounds that it comes by, as its journal tells, and what it ends with. */
function undisturbed() {
  const whole = seedProgram();
  try {
    const { exit } = whole.run(["install", "manifest-v2.yaml"]);
    const history = whole.path("datastore/history");
    const [journal = ""] = readdirSync(history);
    const text = readFileSync(`${history}/${journal}`, "utf8");
    const intents = text.matchAll(/"type":"intent".*?"round":"(\w+)"/g);
    const records = text.matchAll(/"type":"(run|stopped|told)"/g);
    return {
      exit,
      versions: whole.versions(),
      rounds: [...new Set([...intents].map(([, round = ""]) => round))],
      records: [...records].map(([, type = ""]) => type),
      isInProgress: whole.isInProgress(),
      resumed: whole.run(["resume"]).exit,
    };
  } finally {
    whole.remove();
  }
}

describe("killed on the way forward", () => {
  it("a run that is not killed comes by the rounds of a success", () => {
    const { rounds, ...end } = undisturbed();
    expect(rounds.toSorted()).toEqual(roundsOfSuccess);
    expect(end).toEqual({
      exit: 0,
      versions: v2,
      records: ["run"],
      isInProgress: false,
      resumed: 2,
    });
  });

  it.each(oneOfEachKind(points, kindOf))(
    "at %s: all of v.2 with 0, or all of v.1 with 20 or 22",
    (point) => {
      const end = killAndResume(point);
      if (end === null) throw new Error("the run does not come by");
      expect([0, 20, 22]).toContain(end.exit);
      expect(end.versions).toEqual(end.exit === 0 ? v2 : v1);
      expect(system.isInProgress()).toBe(false);
    },
  );
});

describe("killed on the way back", () => {
  beforeEach(() => {
    system.failIn("R456", "ArtifactCommit", 1);
    system.answer("G13", "NeedsArtifactReboot", "Yes\n");
  });

  const backPoints = roundCrashPoints.filter((point) =>
    /^(Cleanup|ConfirmEnd|ArtifactFailure|Artifact.*Rollback)/.test(point),
  );

  it.each(
    oneOfEachKind(
      [...backPoints, "end:appended", "end:synced", "told:appended", "told:synced", "end:archived"],
      kindOf,
    ),
  )("at %s: all of v.1", (point) => {
    const end = killAndResume(point);
    expect(system.versions()).toEqual(v1);
    // The process that was killed has told nobody, but for one that had written its last record.
    if (end !== null) expect(end.exit).toBe(point.startsWith("told:") ? 0 : 22);
    expect(system.isInProgress()).toBe(false);
  });
});
