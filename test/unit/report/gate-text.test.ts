import { expect, test } from "vitest";
import { gateCauseJson } from "../../../src/report/cause.ts";
import { refusalText } from "../../../src/report/gate-text.ts";

test("a gate that defers for too long is told by its whole name, whatever words are in it", () => {
  const deferred = { kind: "deferred", mostMs: 90_000 } as const;
  expect(refusalText("lid still open", "commit", deferred, "it is still open")).toBe(
    'the gate "lid still open", before the commit, still says not now after 90 s, for which it may be waited for: it is still open',
  );
});

test("a gate that has said no is told with how it said so", () => {
  expect(refusalText("still", "start", { kind: "exited", code: 1 }, null)).toBe(
    'the gate "still", before anything is begun, said no (exit status 1)',
  );
});

test("programs are told a gate that defers for too long as a problem", () => {
  const refused = { kind: "gate", gate: "still still", moment: "group", told: null } as const;
  expect(gateCauseJson({ ...refused, reason: { kind: "deferred", mostMs: 1000 } })).toMatchObject({
    reason: {
      kind: "problem",
      problem: {
        code: "gate-deferred",
        message:
          'The gate "still still" still says not now after 1 s, for which it may be waited for.',
      },
    },
  });
});
