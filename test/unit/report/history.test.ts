import { describe, expect, test } from "vitest";
import { historyLines, type Past, pastJson } from "../../../src/report/history.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { beginOf, Boards, drive } from "../../support/drive.ts";

const spec = { boards: [{ id: "G13", type: "gateway", group: 1 }] } as const;

interface Times {
  readonly begun: string;
  readonly ended: string;
  readonly runs?: number;
  readonly lastRunMs?: number;
  /** Of the Interface. */
  readonly elapsedMs?: number;
}

function past({ begun, ended, runs = 1, lastRunMs, elapsedMs = 0 }: Times): Past {
  const begin = { ...beginOf(spec), at: begun };
  const { deployment } = drive(begin, new Boards(spec, () => "ok"), {});
  return {
    deployment: { ...deployment, runs },
    endedAt: ended,
    lastRunMs: lastRunMs ?? null,
    elapsedMs: new Map([["G13", elapsedMs]]),
    spans: [],
    gates: [],
  };
}

/** The last cell of its line. */
const took = (times: Times): string =>
  historyLines([past(times)], plainStyle)[0]
    ?.split("  ")
    .at(-1) ?? "";

describe("how long a deployment took", () => {
  const noon = "2026-01-01T12:00:00.000Z";
  const later = "2026-01-01T12:10:00.000Z";

  test("in one run is what that has measured, wherever the clock has jumped to", () => {
    expect(took({ begun: noon, ended: later, lastRunMs: 600_100 })).toBe("took 10 min 00 s");
    expect(took({ begun: "1970-01-01T00:00:10.000Z", ended: noon, lastRunMs: 90_000 })).toBe(
      "took 1 min 30 s",
    );
    expect(took({ begun: later, ended: noon, lastRunMs: 90_000 })).toBe("took 1 min 30 s");
    expect(took({ begun: "2025-06-01T00:00:00.000Z", ended: noon, lastRunMs: 90_000 })).toBe(
      "took 1 min 30 s",
    );
  });

  test("in several is what the clock says, as far as it can be right", () => {
    expect(took({ begun: noon, ended: later, runs: 2, lastRunMs: 1000 })).toBe("took 10 min 00 s");
  });

  test.each<[string, Times]>([
    ["the clock was set back", { begun: later, ended: noon, runs: 2, elapsedMs: 30_000 }],
    [
      "it was set back by less than it took",
      { begun: noon, ended: "2026-01-01T12:00:10.000Z", runs: 2, elapsedMs: 30_000 },
    ],
    [
      "it was not set when it began",
      { begun: "1970-01-01T00:00:10.000Z", ended: noon, runs: 2, elapsedMs: 30_000 },
    ],
    ["an older journal has no other", { begun: later, ended: noon, elapsedMs: 30_000 }],
    [
      "the last run alone was longer",
      { begun: noon, ended: "2026-01-01T12:00:10.000Z", runs: 2, lastRunMs: 30_000 },
    ],
  ])("is told as at least what the Interfaces took where %s", (_, times) => {
    expect(took(times)).toBe("took 30 s or more, the clock was changed meanwhile");
    expect(pastJson(past(times))).toMatchObject({ took_ms: null });
  });

  test("is data, too", () => {
    expect(pastJson(past({ begun: noon, ended: later, lastRunMs: 7 }))).toMatchObject({
      took_ms: 7,
    });
  });
});
