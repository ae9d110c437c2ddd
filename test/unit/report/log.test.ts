import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { withPriority } from "../../../src/cli/output/journal.ts";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { eventLine } from "../../../src/report/events-json.ts";
import { streamLineShape } from "../../../src/report/events-shape.ts";
import { levelOf, logLines } from "../../../src/report/progress-lines.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { deployment, eventsOf, type Said } from "../../support/events.ts";
import { fuzzing, fuzzingTimeout } from "../../support/fuzzing.ts";

const time = "2026-03-01T10:00:00.000Z";

function asText({ name, text }: Said) {
  const components = [{ id: ComponentId.parse(name), type: ComponentType.parse(name) }];
  const render = logLines({ components, deployment }, plainStyle);
  return Object.values(eventsOf({ name, text })).map((event) => ({ event, lines: render(event) }));
}

test("each line of text begins with its deployment, then Component and state where it is of one", () => {
  const lines = asText({ name: "R1", text: "said" }).flatMap((one) => one.lines);
  expect(lines.join("\n")).toBe(`3f2a9c41d0e2  Deployment 3f2a9c41d0e2 of "R1" starts: 1 install.
3f2a9c41d0e2  Deployment 3f2a9c41d0e2 of "R1" is taken up.
3f2a9c41d0e2  Stage 1 of 2, to R1.
3f2a9c41d0e2  R1  R1  ArtifactInstall               started
3f2a9c41d0e2  R1  R1  ArtifactInstall               failed: said (0.0 s)
3f2a9c41d0e2    at: said:3:1
3f2a9c41d0e2    hint: said
3f2a9c41d0e2  R1  R1  ArtifactInstall               | said
3f2a9c41d0e2  R1  R1  ArtifactInstall               still runs (0.0 s)
3f2a9c41d0e2  Verifying said: started
3f2a9c41d0e2  Verifying said: 1 B done, 0.0 s so far
3f2a9c41d0e2  Verifying said: done (0.0 s)
3f2a9c41d0e2  On the way back: said.
3f2a9c41d0e2  The host reboots for R1; then call resume.
3f2a9c41d0e2  Failed, and stopped before Cleanup as asked; resume will clean up.
3f2a9c41d0e2    why:  ArtifactInstall of R1 failed: said
3f2a9c41d0e2          | said
3f2a9c41d0e2    done: stopped before Cleanup as asked
3f2a9c41d0e2    next: clean up: orchestrator resume
3f2a9c41d0e2    more: orchestrator status
3f2a9c41d0e2  The gate "R1", before the installs of a group: asked
3f2a9c41d0e2  The gate "R1", before the installs of a group, says no (said): said
3f2a9c41d0e2  Gate "R1"  | said
3f2a9c41d0e2  Waiting for the gate "R1", before the installs of a group; resume asks it again, rollback undoes the deployment.
3f2a9c41d0e2  Note: said
3f2a9c41d0e2  Failed, INCONSISTENT: R1 is installed and could not be committed. Beside it: R1, no longer as before.
3f2a9c41d0e2    hint: Boot R1 once more, then look at show-provides: what it tells then it has kept. Where that is not the new version, install again.
3f2a9c41d0e2  R1 still owes a Cleanup: its work dir is kept, and it is called again before the next update.
3f2a9c41d0e2    R1  R1
3f2a9c41d0e2    why:  ArtifactInstall of R1 failed: said
3f2a9c41d0e2          | said
3f2a9c41d0e2    done: R1 was rolled back
3f2a9c41d0e2    next: bring R1 into order by hand; this tells what runs: orchestrator show-provides
3f2a9c41d0e2    more: orchestrator history 3f2a9c41d0e2`);
});

const Line = z.looseObject({
  type: z.string(),
  time: z.literal(time),
  level: z.enum(["debug", "info", "warning", "error"]),
  deployment: z.literal(deployment),
});

test.each(Object.values(eventsOf({ name: "R1", text: "said" })))(
  "as JSON $type has time, level and deployment, and Component and state where it is of one",
  (event) => {
    const line: unknown = JSON.parse(eventLine(event, { time, deployment }));
    expect(streamLineShape.parse(line)).toEqual(line);
    expect(Line.parse(line)).toMatchObject({
      type: event.type,
      level: levelOf(event),
      ...("component" in event && { component: "R1" }),
      ...("state" in event && { state: "ArtifactInstall" }),
    });
  },
);

const hostile = fc.constantFrom(
  "<0>",
  "<script>",
  "\n<0>the kernel is dead",
  "\r\n",
  "\u001b[2J\u001b[31m",
  "\u009b1m",
  "\u0007",
  "\u0000",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\u00ad",
  "\u3164",
  "\u{e0041}",
  "\ud800",
  "\t",
  '"',
  "\\",
  "é",
  "世界",
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 5 })), { maxLength: 6 })
  .map((parts) => parts.join(""));
const name = text.map((said) => `n${said.replaceAll(/[\u0000-\u001f\u007f]/g, "")}n`);

/** What moves a cursor, ends a line, turns text around or leaves no trace, but for the joiners of scripts. */
const unseen =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe("what others say", () => {
  test(
    "forges no line, hides nothing, and gives a line no priority",
    () => {
      fc.assert(
        fc.property(name, text, (called, said) => {
          for (const { event, lines } of asText({ name: called, text: said })) {
            for (const line of lines) {
              expect(line).not.toMatch(unseen);
              expect(line.startsWith(`${deployment}  `)).toBe(true);
            }
            const json = eventLine(event, { time, deployment });
            expect(json).not.toMatch(unseen);
            expect(streamLineShape.safeParse(JSON.parse(json)).success).toBe(true);
            const journaled = withPriority([...lines, json], "info");
            expect(journaled).toHaveLength(lines.length + 1);
            for (const line of journaled) expect(line).toMatch(/^<6>(?:3f2a9c41d0e2 {2}|\{)/);
          }
        }),
        fuzzing(200),
      );
    },
    fuzzingTimeout(),
  );
});
