import * as z from "zod";
import { planFleet } from "../../src/install/fleet/plan-fleet.ts";
import { withSystemInput } from "../../src/install/input.ts";
import type { Machine } from "../../src/install/machine.ts";
import { readOnPaper } from "../../src/install/make-plan.ts";
import { nothingDemanded } from "../../src/install/trust.ts";
import { ok } from "../../src/core/result.ts";
import { fleetTotal, type FleetSummary } from "../../src/report/fleet-summary.ts";

const answerShape = z.looseObject({
  line: z.int(),
  id: z.string().exactOptional(),
  type: z.string(),
});

export interface PlannedFleet {
  readonly answers: readonly z.output<typeof answerShape>[];
  readonly summary: FleetSummary;
}

/** A line of a fleet: each Component as `type id version`. */
export function fleetLine(id: string, ...components: readonly string[]): string {
  const told = components.map((text) => {
    const [type, own, version] = text.split(" ");
    return { component_type: type, id: own, version };
  });
  return JSON.stringify({ id, components: told });
}

/** Plans for a fleet that comes in such pieces; throws where the whole of it cannot be planned. */
export async function planFleetText(
  machine: Machine,
  manifest: string,
  pieces: readonly string[],
): Promise<PlannedFleet> {
  const total = fleetTotal();
  let text = "";
  const made = await withSystemInput(machine, nothingDemanded, manifest, async (input) => {
    const paper = await readOnPaper(machine, input);
    if (!paper.ok) return paper;
    const fleet = { name: "fleet.ndjson", pieces: bytesOf(pieces) };
    const work = { input, paper: paper.value, fleet, total, answers: true };
    const answers = planFleet(machine, work);
    for (let next = await answers.next(); ; next = await answers.next()) {
      if (next.done !== true) text += next.value;
      else return next.value.ok ? ok(paper.value.manifest.name) : next.value;
    }
  });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const lines = text.split("\n").slice(0, -1);
  return {
    answers: lines.map((line) => answerShape.parse(JSON.parse(line))),
    summary: total.summary({ name: made.value, sha256: "0" }),
  };
}

// oxlint-disable-next-line require-await
async function* bytesOf(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}
