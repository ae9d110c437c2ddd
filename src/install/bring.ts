import { pinProblems } from "../bundle/pins.ts";
import type { Sha256 } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Plan } from "../planner/model/plan.ts";
import { bytesText } from "../report/measures.ts";
import type { Origin } from "../sources/cache/artifact-cache.ts";
import type { LocatedArtifact } from "../sources/located.ts";
import { serverOrigin } from "../sources/supply.ts";
import type { Allotment } from "./allotment.ts";
import type { CacheSettings } from "./settings.ts";
import type { Supplies } from "./supply.ts";
import { countedSource } from "../sources/counted-source.ts";

/** Stores an Artifact in the cache, whole and verified. One that its pin forbids is a failure (`artifact-pin`). */
export async function bring(
  { cache, working }: Pick<Supplies, "cache" | "working">,
  { wanted, artifact, name, size }: LocatedArtifact,
  origin: Origin,
): Promise<Result<Sha256>> {
  const { pin } = wanted.reference;
  const { identity } = artifact;
  const total = { count: size, unit: "bytes" } as const;
  const stored = await working({ work: "fetching", name, total }, (count) =>
    cache.store({ name, identity, size, pin: pin?.sha256 }, () => countedSource(origin(), count)),
  );
  if (!stored.ok) return stored;
  const wrong = pinProblems(name, pin, stored.value);
  return wrong.length > 0 ? fail(...wrong) : stored;
}

/** One of the Server. */
async function bringFromServer(
  supply: Supplies,
  located: LocatedArtifact,
): Promise<Result<Sha256 | null>> {
  const { location } = located;
  return location.kind === "server"
    ? await bring(supply, located, serverOrigin(supply, location))
    : ok(null);
}

/**
 * One of the Server that a way out may install: into the cache, or where that cannot be written, or its disk is full,
 * into the datastore. A limit that the user has set is no full disk.
 */
export async function bringForWayOut(
  supply: Supplies,
  located: LocatedArtifact,
  { maxBytes }: Pick<CacheSettings, "maxBytes">,
): Promise<Result<Sha256 | null>> {
  const stored = await bringFromServer(supply, located);
  if (stored.ok || located.location.kind !== "server") return stored;
  const isUnwritable = stored.problems.some(
    ({ code }) =>
      code === "cache-not-written" || (code === "not-enough-space" && maxBytes === null),
  );
  if (!isUnwritable) return stored;
  const aside = await bring(
    { cache: supply.aside, working: supply.working },
    located,
    serverOrigin(supply, located.location),
  );
  return aside.ok ? aside : stored;
}

/** All that the plan installs and that is on the Server, so that the update itself needs no network. */
export async function prefetch(
  supply: Supplies,
  { ofStep }: Allotment,
  plan: Plan,
  tell: (message: string) => void,
): Promise<Result<readonly LocatedArtifact[]>> {
  const steps = plan.stages.flatMap(({ groups }) => groups.flat());
  const installed = new Set(steps.flatMap((step) => ofStep(step) ?? []));
  const remote = [...installed].filter(({ location }) => location.kind === "server");
  for (const one of remote) {
    tell(`${one.name} (${bytesText(one.size)}) is fetched before the first install.`);
    const brought = await bringFromServer(supply, one);
    if (!brought.ok) return brought;
  }
  return ok(remote);
}
