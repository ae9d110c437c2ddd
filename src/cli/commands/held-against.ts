import type { Certificate } from "../../certificate/shape.ts";
import type { DeploymentOutcome } from "../../core/events.ts";
import type { Problem } from "../../core/problem.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { departureIn } from "../../deployment/departure.ts";
import type { JournalRecord } from "../../deployment/records.ts";
import { currentFormat } from "../../executor/journals.ts";
import { currentDeployment } from "../../install/current-deployment.ts";
import { datastoreOf } from "../../install/machine.ts";
import { readHistory } from "../../journal/history.ts";
import { counted } from "../../report/words.ts";
import { checkHistory } from "../../verify-history/check-history.ts";
import type { Context } from "./context.ts";

/** A past deployment that has done nothing but what a certificate proves. */
export interface Held {
  readonly deployment: string;
  readonly outcome: DeploymentOutcome;
  /** How many calls of Interfaces were held against it. */
  readonly calls: number;
}

/** Holds the journal of a past deployment against a certificate that is true. `file`: the certificate's name. */
export async function heldAgainst(
  context: Context,
  {
    file,
    certificate,
    id,
  }: { readonly file: string; readonly certificate: Certificate; readonly id: string },
): Promise<Result<Held>> {
  const journal = readHistory(context.platform.files, datastoreOf(context), id, [currentFormat]);
  if (!journal.ok) {
    const current = currentDeployment(context);
    const running = current.ok ? current.value?.begin.deployment : undefined;
    const isMeant = id !== "" && running?.startsWith(id) === true;
    return isMeant ? fail(notEnded(running)) : journal;
  }
  const { records } = journal.value;
  const [first] = records;
  const deployment = first?.type === "begin" ? first.deployment : id;
  const end = records.find((record) => record.type === "ended");
  if (end === undefined) return fail(notEnded(deployment));
  const fault = await faultIn(context, { file, certificate, records, deployment });
  if (fault !== null) return fail(notProved(file, deployment, fault));
  return ok({ deployment, outcome: end.outcome, calls: callsIn(records) });
}

/** Its calls are first held against the certificate, then against the machine that has made them. */
async function faultIn(
  { compute }: Context,
  {
    file,
    certificate,
    records,
    deployment,
  }: {
    readonly file: string;
    readonly certificate: Certificate;
    readonly records: readonly JournalRecord[];
    readonly deployment: string;
  },
): Promise<{ readonly where: string; readonly message: string } | null> {
  const what = { work: "checking", unit: "records", most: records.length } as const;
  const fault = await compute(
    { ...what, name: `deployment ${deployment} against ${file}` },
    (heard) => checkHistory(certificate, records, heard),
  );
  if (fault !== null) return fault;
  const departure = await compute(
    { ...what, name: `deployment ${deployment} against the machine` },
    (heard) => departureIn(records, heard),
  );
  if (departure === null) return null;
  return { where: `record ${departure.record}`, message: `it does not follow: ${departure.why}` };
}

function callsIn(records: readonly JournalRecord[]): number {
  return records.filter(({ type }) => type === "outcome").length;
}

export function historyText({ deployment, outcome, calls }: Held): string {
  return `Deployment ${deployment} made ${counted(calls, "call")}, all of them as proved, and ended: ${outcome}.`;
}

function notProved(
  file: string,
  deployment: string,
  { where, message }: { readonly where: string; readonly message: string },
): Problem {
  return {
    code: "history-not-proved",
    message: `Deployment "${deployment}" has not done what "${file}" proves, at ${where} of its journal: ${message}.`,
    at: { file },
    expected: "the calls of the plan, in its order, and ways out that the certificate has",
    hint: "The command history shows what was done. Give the certificate of the plan that this deployment followed.",
  };
}

function notEnded(deployment: string): Problem {
  return {
    code: "deployment-in-progress",
    message: `Deployment "${deployment}" has not ended, so its history cannot be checked yet.`,
    hint: "Bring it to its end with resume or rollback, and check it then.",
  };
}
