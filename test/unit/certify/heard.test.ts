import { expect, test } from "vitest";
import { certificateOf, type Certified } from "../../../src/certify/certificate-of.ts";
import { contingencies } from "../../../src/deployment/contingencies.ts";
import { findPlan } from "../../../src/planner/find-plan.ts";
import { checkCertificate } from "../../../src/verify-plan/check.ts";
import { seedSketch, systemOf } from "../../support/planner-systems.ts";
import { valueOf } from "../../support/results.ts";

function certified(): Certified {
  const system = systemOf(seedSketch);
  const answer = findPlan(system);
  if (answer.kind !== "plan") throw new Error("no plan");
  const { plan } = answer;
  return {
    manifest: "release",
    inputs: [],
    texts: [],
    system,
    plan,
    waysOut: contingencies(system, plan),
    waysOutOmitted: 0,
    gates: null,
    artifactOf: () => null,
  };
}

function listening() {
  const heard: number[] = [];
  return { heard, hear: (more: number) => void heard.push(more) };
}

test("making a certificate is heard of statement by statement, and so is checking it", () => {
  const making = listening();
  const certificate = valueOf(certificateOf(certified(), making.hear));
  expect(certificate.statements.length).toBeGreaterThan(0);
  expect(making.heard.length).toBeGreaterThanOrEqual(certificate.statements.length);
  const checking = listening();
  expect(checkCertificate(certificate, checking.hear)).toBeNull();
  expect(checking.heard.length).toBeGreaterThanOrEqual(certificate.statements.length);
});

test("whoever hears of it can give it up", () => {
  const giveUp = () => {
    throw new RangeError("enough");
  };
  expect(() => certificateOf(certified(), giveUp)).toThrow("enough");
  const certificate = valueOf(certificateOf(certified()));
  expect(() => checkCertificate(certificate, giveUp)).toThrow("enough");
});
