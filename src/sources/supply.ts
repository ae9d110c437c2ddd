import { readArtifact } from "../artifact/artifact.ts";
import { ArtifactError, asResult } from "../artifact/artifact-error.ts";
import { demandSame } from "../artifact/layout.ts";
import type { Artifact } from "../artifact/types.ts";
import { held } from "../bundle/pins.ts";
import type { Sha256 } from "../core/ids.ts";
import { ok, type Result } from "../core/result.ts";
import type { Access, OpenArtifact, SuppliedLocation, Supply } from "./access.ts";
import type { Origin, WantedBytes } from "./cache/artifact-cache.ts";
import { openCached } from "./cache/open-cached.ts";
import { serverName } from "./server/download.ts";

/** An Artifact that is supplied, as a journal knows it. */
export interface Supplied {
  readonly location: SuppliedLocation;
  readonly identity: Sha256;
  /** The whole file must have this sum; null: any. */
  readonly pin: Sha256 | null;
}

/** What the cache and the Server know an Artifact by. */
function wantedBytes({ location, identity, pin }: Supplied): WantedBytes {
  const { size } = location;
  return { name: nameOf(location), identity, size, pin: pin ?? undefined };
}

/**
 * Opens it from the cache if it is there, else from the Server, and then into the cache if that is to be filled. For
 * its header alone the cache is not filled.
 */
export async function openSupplied(
  access: Access,
  supplied: Supplied,
  purpose: "header" | "all",
): Promise<Result<OpenArtifact>> {
  const wanted = wantedBytes(supplied);
  const { cache: own, aside } = access.supply;
  const cache = !own.holds(wanted) && aside.holds(wanted) ? aside : own;
  const origin = () => originOf(access.supply, supplied.location, purpose);
  if (supplied.location.kind === "cache" || cache.holds(wanted)) {
    const opened = await openCached(cache, wanted, origin, access);
    return opened.ok ? ok(pinned(opened.value, supplied)) : opened;
  }
  const head = await headOf(access, supplied);
  if (!head.ok) return head;
  if (purpose === "header") {
    return ok({ source: origin(), artifact: head.value, keep: nothing, close: () => {} });
  }
  const source = cache.open(wanted, origin);
  const open = {
    source,
    artifact: head.value,
    keep: () => source.keep(),
    close: () => source.close(),
  };
  return ok(pinned(open, supplied));
}

async function nothing(): Promise<void> {}

/** A pin that does not hold is told before the end of the bytes is. */
function pinned(open: OpenArtifact, { pin }: Supplied): OpenArtifact {
  return pin === null ? open : { ...open, source: held(open.source, pin) };
}

async function headOf(
  { supply, keys, decompressors }: Access,
  supplied: Supplied,
): Promise<Result<Artifact>> {
  const { identity, location } = supplied;
  const known = supply.heads.get(identity);
  if (known !== undefined) return ok(known);
  const source = originOf(supply, location, "header");
  const read = await readArtifact(source, keys, decompressors);
  if (!read.ok) return read;
  return await asResult(source.name, () => {
    demandSame(source.name, read.value, { identity });
    supply.heads.set(identity, read.value);
    return Promise.resolve(read.value);
  });
}

/** All of it, once somebody reads. */
export function serverOrigin({ server }: Supply, location: ServerLocation): Origin {
  return () => server.source(location, "all");
}

function originOf({ server }: Supply, location: SuppliedLocation, purpose: "header" | "all") {
  return location.kind === "server" ? server.source(location, purpose) : gone(location);
}

function nameOf(location: SuppliedLocation): string {
  return location.kind === "server" ? serverName(location.name) : location.path;
}

type ServerLocation = Extract<SuppliedLocation, { kind: "server" }>;

/** What was only in the cache comes from nowhere else. */
function gone({ path, size }: Extract<SuppliedLocation, { kind: "cache" }>) {
  return {
    name: path,
    size,
    // oxlint-disable-next-line require-yield
    async *read(): AsyncGenerator<Uint8Array> {
      throw new ArtifactError({
        code: "source-gone",
        message: `"${path}" is needed and is not in the cache any more.`,
        at: { file: path },
        hint: "Roll back, and install again: then the Artifact is looked for anew.",
      });
    },
  };
}
