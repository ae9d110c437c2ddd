import type { SigningKey } from "../../artifact/keys.ts";
import { sumOfBytes } from "../../bundle/entry-content.ts";
import { sealedText } from "../../certificate/sealed.ts";
import { certificateOf } from "../../certify/certificate-of.ts";
import type { Result } from "../../core/result.ts";
import { plannedGate } from "../../install/gates.ts";
import type { Planning } from "../../install/planning.ts";
import type { Plan } from "../../planner/model/plan.ts";
import { omittedWays } from "../../report/plan-ways-out.ts";
import type { PlannedSystem } from "../../report/planned.ts";
import { writeOutput } from "../output/output-file.ts";
import type { Context } from "./context.ts";

interface Certified {
  readonly planning: Planning;
  /** With the ways out. */
  readonly planned: PlannedSystem;
  readonly plan: Plan;
}

/** Writes the certificate of a plan; gives its size in bytes. */
export async function writeCertificate(
  context: Context,
  file: string,
  { planning, planned, plan }: Certified,
  key: SigningKey | null,
): Promise<Result<number>> {
  const { system, inputs, allotment, survey, gates } = planning;
  const waysOut = planned.waysOut ?? [];
  const what = { work: "writing", name: file, most: null, unit: "statements" } as const;
  const certificate = await context.compute(what, (heard) =>
    certificateOf(
      {
        manifest: planned.manifest,
        inputs: [
          ...inputs.map(({ kind, name, bytes }) => ({
            kind,
            file: name,
            size: bytes.length,
            sha256: sumOfBytes(bytes),
          })),
          ...allotment.located.map(({ name, size, artifact }) => ({
            kind: "artifact-header" as const,
            file: name,
            size,
            sha256: artifact.identity,
          })),
        ],
        texts: inputs.map(({ name, bytes }) => ({
          file: name,
          text: new TextDecoder().decode(bytes),
        })),
        system,
        plan,
        waysOut,
        waysOutOmitted: omittedWays(waysOut, plan),
        gates: survey === null ? null : gates.map(plannedGate),
        artifactOf: (step) => {
          const artifact = planned.artifactOf(step);
          const depends = allotment.ofStep(step)?.artifact.depends;
          if (artifact === null) return null;
          return {
            name: artifact.name,
            depends: depends === undefined ? null : Object.fromEntries(depends),
          };
        },
      },
      heard,
    ),
  );
  if (!certificate.ok) return certificate;
  const text = sealedText(certificate.value, key);
  return await writeOutput(context, file, once(new TextEncoder().encode(text)));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}
