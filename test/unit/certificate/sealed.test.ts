import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import * as z from "zod";
import { formFault } from "../../../src/certificate/form-fault.ts";
import { readSealed, sealedText } from "../../../src/certificate/sealed.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { certificateFor } from "../../support/plan-certificates.ts";
import { problemsOf } from "../../support/manifests.ts";
import { randomSystem } from "../../support/planner-random.ts";

const sound = certificateText();

test.each([
  ["exemptions", "[[]]", "exemptions[0]", "a map", "a list"],
  ["optimal", '"yes"', "optimal", "true or false", '"yes"'],
  ["optimal", null, "optimal", "true or false", "nothing"],
  ["ways_out_omitted", "-1", "ways_out_omitted", "a whole number of at least 0", "-1"],
  ["ways_out_omitted", "0.5", "ways_out_omitted", "a whole number", "0.5"],
  [
    "statements",
    '[{"by":"luck"}]',
    "statements[0].by",
    '"row", "default", "end-state" or "parts"',
    '"luck"',
  ],
  ["statements", "[{}]", "statements[0].by", '"row", "default", "end-state" or "parts"', "nothing"],
  [
    "inputs",
    '[{"kind":"x","file":"f","size":1,"sha256":""}]',
    "inputs[0].kind",
    '"manifest", "device-constraints", "topology", "state" or "artifact-header"',
    '"x"',
  ],
  ["optimal", 'true,\n"more":1', "the file", "known fields only", 'the field "more"'],
])(
  "of a certificate whose %s is %s the place, what is expected and what is there are told",
  (part, value, place, expected, got) => {
    const problems = problemsOf(readSealed("c.json", withPart(part, value), []));
    expect(problems).toEqual([
      {
        code: "certificate-unreadable",
        message: `"c.json" has not the form of a certificate: at ${place === "the file" ? "its outermost level" : `"${place}"`} ${expected} must stand, but ${got} does.`,
        at: { file: "c.json" },
        expected: `${expected}, as docs/certificate.md tells`,
        got,
        hint: "Write it anew with plan --certificate, or fetch it again from where it was kept.",
      },
    ]);
  },
);

test("of a part that has several forms the closest one is expected", () => {
  const one = z.strictObject({ row: z.int() });
  const several = z.strictObject({ component: z.int(), parts: z.array(one) });
  const document = { covers: [{ component: 0, parts: [{ row: "x" }] }] };
  const parsed = z.object({ covers: z.array(z.union([one, several])) }).safeParse(document);
  expect(parsed.error?.issues.map((issue) => formFault(document, issue))).toEqual([
    { place: '"covers[0].parts[0].row"', expected: "a whole number", got: '"x"' },
  ]);
});

/** The certificate with another value of one of its parts, or without it, and a sum that fits. */
function withPart(part: string, value: string | null): Uint8Array {
  const [body = ""] = sound.split(',\n"sha256"');
  const lines = body.slice(1).split(",\n");
  const changed = lines.flatMap((line) =>
    line.startsWith(`"${part}":`) ? (value === null ? [] : [`"${part}":${value}`]) : [line],
  );
  const text = `{${changed.join(",\n")}`;
  const sum = createHash("sha256").update(text).digest("hex");
  return new TextEncoder().encode(`${text},\n"sha256":"${sum}"}\n`);
}

function certificateText(): string {
  for (let seed = 1; ; seed += 1) {
    const system = randomSystem(seed);
    const answer = findPlan(system);
    if (answer.kind === "plan" && answer.plan.stages.length > 0)
      return sealedText(certificateFor(system, answer.plan, null), null);
  }
}
