import type { Certificate } from "../../src/certificate/shape.ts";
import { certificateOf } from "../../src/certify/certificate-of.ts";
import { contingencies } from "../../src/deployment/contingencies.ts";
import type { PlannedGate } from "../../src/deployment/records.ts";
import type { System } from "../../src/manifest/system.ts";
import type { Plan } from "../../src/planner/model/plan.ts";
import { checkCost } from "../../src/verify-cost/check-cost.ts";
import { checkGates } from "../../src/verify-gates/check-gates.ts";
import { checkCertificate } from "../../src/verify-plan/check.ts";
import type { Fault } from "../../src/verify-plan/untrue.ts";
import { valueOf } from "./results.ts";

/** What is not true in it, as verify-plan looks for it; null: all is true. */
export function faultOfCertificate(certificate: Certificate): Fault | null {
  return checkCertificate(certificate) ?? checkCost(certificate) ?? checkGates(certificate);
}

/** The certificate of a plan of a System that lies in no file. */
export function certificateFor(
  system: System,
  plan: Plan,
  gates: readonly PlannedGate[] | null = null,
): Certificate {
  const waysOut = contingencies(system, plan);
  const steps = plan.stages.flatMap(({ groups }) => groups.flat()).length;
  const hasTables = system.endTables.length > 0;
  return valueOf(
    certificateOf({
      manifest: "release",
      inputs: [],
      texts: [],
      system,
      plan,
      waysOut,
      waysOutOmitted: hasTables ? steps - waysOut.length : 0,
      gates,
      artifactOf: () => null,
    }),
  );
}
