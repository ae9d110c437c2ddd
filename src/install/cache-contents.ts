import type { Sha256 } from "../core/ids.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Deployment } from "../deployment/deployment.ts";
import type { Begin } from "../deployment/records.ts";
import { currentFormat } from "../executor/journals.ts";
import { listHistory, readPast } from "../journal/history.ts";
import { FileError, type Files } from "../platform/types.ts";
import type { CacheUse, CleanedCache, ShownCache, ShownEntry } from "../report/cache.ts";
import { listCache } from "../sources/cache/contents.ts";
import { evict, isNeeded, type Needs, sweepPartial } from "../sources/cache/evict.ts";
import { type Fetched, readFetched } from "../sources/cache/fetched.ts";
import { indexed, type IndexedEntry } from "../sources/cache/indexed.ts";
import { cacheUnusable } from "../sources/cache/cache-problems.ts";
import { currentDeployment } from "./current-deployment.ts";
import { locked } from "./locked.ts";
import { datastoreOf, type Machine } from "./machine.ts";
import type { CacheSettings } from "./settings.ts";

/** What lies in the cache, for whom, and what does not belong there. Only looks, so no lock is needed. */
export async function cacheContents(
  machine: Machine,
  settings: CacheSettings,
): Promise<Result<ShownCache>> {
  const { directory, isEnabled, maxBytes } = settings;
  return await onDisk(directory, async () => {
    const { files } = machine.platform;
    const open = currentDeployment(machine);
    if (!open.ok) return open;
    const { partial, foreign } = listCache(files, directory);
    const { fetched, damaged } = readFetched(files, directory);
    const all = await entriesIn(machine, directory);
    const needs = needsOf(open.value, fetched);
    const past = lastUses(machine, all);
    const entries = all.map((entry) => ({
      ...shown(entry),
      isNeeded: isNeeded(entry, needs),
      uses: [...usesOf(entry, open.value, fetched), ...(past.get(entry.sha256) ?? [])],
    }));
    const unreadable = damaged.map((file) => ({ ...file, kind: "record" as const }));
    return ok({
      directory,
      isEnabled,
      maxBytes,
      entries,
      partial,
      foreign: [...foreign, ...unreadable],
    });
  });
}

/**
 * Removes what neither the deployment in progress nor a fetched Manifest needs; with `all` everything, which is refused
 * while the deployment in progress needs some of it.
 */
export async function cleanCache(
  machine: Machine,
  { directory }: CacheSettings,
  all: boolean,
): Promise<Result<CleanedCache>> {
  const { files } = machine.platform;
  return await onDisk(directory, async () => {
    if (files.status(directory) === null) {
      return ok({ directory, removed: [], kept: [], partialBytes: 0 });
    }
    return await locked(machine, async () => {
      const open = currentDeployment(machine);
      if (!open.ok) return open;
      const entries = await entriesIn(machine, directory);
      const ofDeployment = needsOf(open.value, []);
      const blocked = entries.filter((entry) => isNeeded(entry, ofDeployment));
      if (all && open.value !== null && blocked.length > 0) {
        return fail(neededByDeployment(open.value, blocked.length));
      }
      if (all) for (const { path } of listCache(files, directory).records) files.remove(path);
      const { fetched } = readFetched(files, directory);
      const needs = needsOf(open.value, fetched);
      const removed = evict(files, directory, entries, needs);
      const kept = entries.filter((entry) => !removed.entries.includes(entry));
      const partialBytes = sweepPartial(files, directory);
      return ok({
        directory,
        removed: removed.entries.map(shown),
        kept: kept.map(shown),
        partialBytes,
      });
    });
  });
}

async function onDisk<T>(directory: string, act: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof FileError) || !error.path.startsWith(directory)) throw error;
    return fail(cacheUnusable(directory, error));
  }
}

async function entriesIn(
  { platform: { files, decompressors } }: Machine,
  directory: string,
): Promise<readonly IndexedEntry[]> {
  return await indexed({ files, decompressors, keys: [] }, listCache(files, directory).entries);
}

function needsOf(open: Deployment | null, fetched: readonly Fetched[]): Needs {
  return {
    identities: open === null ? new Set() : identitiesOf(open.begin),
    sums: new Set(fetched.flatMap(({ artifacts }) => artifacts)),
  };
}

/** The Artifacts of a deployment; "unknown" where its journal is of a time that did not name them. */
export function identitiesOf({ artifacts }: Begin): Needs["identities"] {
  const identities = new Set<Sha256>();
  for (const { identity } of artifacts) {
    if (identity === undefined) return "unknown";
    identities.add(identity);
  }
  return identities;
}

function usesOf(
  entry: IndexedEntry,
  open: Deployment | null,
  fetched: readonly Fetched[],
): readonly CacheUse[] {
  const uses: CacheUse[] = [];
  if (open !== null && isNeeded(entry, needsOf(open, []))) {
    const { deployment, manifest } = open.begin;
    uses.push({ kind: "deployment", state: "in-progress", deployment, manifest });
  }
  for (const { manifest, at, artifacts } of fetched) {
    if (artifacts.includes(entry.sha256)) uses.push({ kind: "fetch", manifest, at });
  }
  return uses;
}

/** For each entry the last deployment that had it, as far as the history tells. */
function lastUses(
  machine: Machine,
  entries: readonly IndexedEntry[],
): ReadonlyMap<Sha256, readonly CacheUse[]> {
  const { files } = machine.platform;
  const uses = new Map<Sha256, readonly CacheUse[]>();
  let rest = entries;
  for (const begin of pastDeployments(files, machine)) {
    if (rest.length === 0) break;
    const identities = identitiesOf(begin);
    if (identities === "unknown") continue;
    const used = rest.filter((entry) => isNeeded(entry, { identities, sums: new Set() }));
    const { deployment, manifest } = begin;
    for (const { sha256 } of used) {
      uses.set(sha256, [{ kind: "deployment", state: "ended", deployment, manifest }]);
    }
    rest = rest.filter((entry) => !used.includes(entry));
  }
  return uses;
}

/** The last one first; those that cannot be read are passed over. */
function* pastDeployments(files: Files, machine: Machine): Generator<Begin> {
  for (const past of listHistory(files, datastoreOf(machine))) {
    const journal = readPast(files, past, [currentFormat]);
    const first = journal.ok ? journal.value.records[0] : undefined;
    if (first?.type === "begin") yield first;
  }
}

function shown({ sha256, bytes, artifact }: IndexedEntry): ShownEntry {
  return {
    sha256,
    bytes,
    artifact: artifact.ok
      ? {
          name: artifact.value.name,
          payloadType: artifact.value.payloadType,
          deviceTypes: artifact.value.depends.get("device_type") ?? [],
        }
      : null,
    problem: artifact.ok ? null : (artifact.problems[0] ?? null),
  };
}

function neededByDeployment({ begin }: Deployment, count: number) {
  return {
    code: "deployment-in-progress" as const,
    message: `The deployment ${begin.deployment} of "${begin.manifest}" is in progress and may need ${count} of the Artifacts in the cache.`,
    hint: "Call cache clean without --all, which leaves them; or bring the deployment to its end first.",
  };
}
