import { fail, ok, type Result } from "../core/result.ts";
import type { ManifestTrust } from "../deployment/records.ts";
import { type Deployed, start } from "../executor/deploy.ts";
import type { Plan } from "../planner/model/plan.ts";
import { bringWaysOut, type WaysAtHand } from "./at-hand.ts";
import { beginRecord, providesOf } from "./begin-record.ts";
import { prefetch } from "./bring.ts";
import { noteEnd } from "./caller-marks.ts";
import { deployPorts } from "./deploy-ports.ts";
import type { InstallOptions } from "./install-options.ts";
import { removeKeptBundle } from "./kept-bundle.ts";
import { toldToOthers } from "./live-downloads.ts";
import type { Machine } from "./machine.ts";
import { whereItWas } from "./medium.ts";
import type { Planning } from "./planning.ts";
import { preflight, refusal } from "./preflight.ts";
import type { PreparedInstall } from "./prepare-install.ts";
import { type OpenProgress, withProgress } from "./progress.ts";
import { checkSpace } from "./space.ts";
import { type Supplies, withSupplyFrom } from "./supply.ts";

/** How an install ended that was not refused. */
export type Installed =
  | { readonly kind: "no-plan" }
  | { readonly kind: "nothing-to-do" }
  | { readonly kind: "deployed"; readonly deployed: Deployed };

/** Refuses the plan, or checks all that can be checked before anything changes, and runs it. */
export async function carryOut(
  machine: Machine,
  prepared: PreparedInstall,
  options: InstallOptions,
  openProgress: OpenProgress,
): Promise<Result<Installed>> {
  const { id, settings, input, server, told } = prepared;
  try {
    const installed = await withSupplyFrom(server, machine, settings, told.tell, (supply) =>
      deploy(machine, prepared, options, openProgress, supply),
    );
    // Nothing was begun, so nobody needs the copy.
    if (!installed.ok || installed.value.kind !== "deployed") removeKeptBundle(machine, id);
    return installed;
  } finally {
    input.close();
    await server.close();
  }
}

async function deploy(
  machine: Machine,
  prepared: PreparedInstall,
  options: InstallOptions,
  openProgress: OpenProgress,
  supply: Supplies,
): Promise<Result<Installed>> {
  const { id, file, settings, planning, input, told } = prepared;
  const { answer, planned } = planning;
  const { stopBefore, exitOnReboot } = options;
  if (answer.kind !== "plan") return ok({ kind: "no-plan" });
  const { plan } = answer;
  const refused = refusal(plan, options);
  if (refused !== null) return fail(refused);
  // A caller that wants to commit must find something to commit, even if it is nothing.
  if (plan.stages.length === 0 && stopBefore.length === 0) return ok({ kind: "nothing-to-do" });
  const checked = await preflight(machine, prepared, plan, options, supply);
  if (!checked.ok) return checked;
  // What is brought takes room of what the work dirs need, so that is looked at again behind it.
  const atHand = await bringHere(machine, supply, planning, plan, options, told.tell);
  if (!atHand.ok) return atHand;
  const { away, notes } = atHand.value;
  const room = checkSpace(
    machine.platform.files,
    machine.environment.datastoreDir.value,
    plan,
    planning.allotment,
    checked.value.artifacts,
  );
  if (!room.ok) return room;
  const components = planning.survey?.components ?? [];
  const { trust } = input;
  const begin = beginRecord(machine, settings, {
    id,
    planning,
    input: input.identity,
    trust,
    plan,
    components,
    exitOnReboot,
    away,
  });
  const run = { components: planned.from.components, deployment: id };
  const request = { verb: "install", stopBefore, exitOnReboot } as const;
  const shown = await openProgress(run, settings.logLevel);
  return await withProgress(toldToOthers(machine, id, shown), async (tell) => {
    // One that has others call it is told by those what to do next.
    const isDriven = options.unattended || stopBefore.includes("Cleanup");
    const emit: typeof tell = (event) =>
      tell(event.type === "deployment-ended" && !isDriven ? { ...event, file } : event);
    const ports = deployPorts(machine, {
      settings,
      medium: whereItWas,
      emit,
      provides: providesOf(components),
      // A gate has refused it at once: whoever calls rollback next must hear that it is done.
      ended: (ended) => noteEnd(machine, request, ended),
      gateWaitMs: options.waitMs,
      supply,
      isUnconfigured: false,
      next: null,
    });
    told.tellBy((message) => emit({ type: "note", message }));
    const lost = notes.map(({ message }) => message);
    const short = room.value.map(({ message }) => message);
    for (const message of [...checked.value.notes, ...short, ...lost, ...trustNotes(trust)])
      emit({ type: "note", message });
    const deployed = await start(begin, request, ports);
    return ok({ kind: "deployed", deployed });
  });
}

/** What lies on this device before the first install; most often nothing is to be brought. */
async function bringHere(
  machine: Machine,
  supply: Supplies,
  planning: Planning,
  plan: Plan,
  options: Pick<InstallOptions, "prefetch">,
  tell: (message: string) => void,
): Promise<Result<Pick<WaysAtHand, "away" | "notes">>> {
  const { located } = planning.allotment;
  const needed = new Set(located.map(({ artifact }) => artifact.identity));
  supply.cache.protect(needed);
  supply.aside.protect(needed);
  for (const { location, artifact } of located) {
    if (location.kind === "server") supply.heads.set(artifact.identity, artifact);
  }
  const isRemote = located.some(({ location }) => location.kind === "server");
  if (!isRemote) return ok({ away: [], notes: [] });
  const here = options.prefetch ? await prefetch(supply, planning.allotment, plan, tell) : ok([]);
  if (!here.ok) return here;
  return await bringWaysOut(machine, supply, planning, plan, tell, here.value);
}

function trustNotes(trust: ManifestTrust | null): readonly string[] {
  return trust?.kind === "allowed"
    ? ["the Manifest is not signed, and is installed because --allow-unsigned-manifest was said"]
    : [];
}
