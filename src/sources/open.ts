import { asResult } from "../artifact/artifact-error.ts";
import { readArtifact } from "../artifact/artifact.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { demandSame } from "../artifact/layout.ts";
import type { Artifact } from "../artifact/types.ts";
import { entrySource, openBundle } from "../bundle/bundle.ts";
import type { BundleEntry } from "../bundle/types.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ArtifactLocation } from "../manifest/location.ts";
import { type ByteSource, type Decompressors, FileError, type Files } from "../platform/types.ts";
import type { Access, OpenArtifact, PlannedBytes, SuppliedLocation } from "./access.ts";
import { openSupplied } from "./supply.ts";

/** One that a plan has located. */
export interface OpenLocated extends OpenArtifact {
  /** As its bundle has it; null where it lies in none. */
  readonly vouched: BundleEntry["vouched"];
}

/**
 * Opens the Artifact that a plan has located; everything about it is verified anew, for time has passed
 * and media change. A medium or file that is not there is a problem that names it, and so is another Artifact in its
 * place, however sound. `purpose`: how much of it will be read.
 */
export async function openArtifact(
  access: Access,
  { location, identity, pin }: PlannedBytes,
  purpose: "header" | "all",
): Promise<Result<OpenLocated>> {
  if (location.kind === "cache" || location.kind === "server") {
    if (identity === undefined) throw new Error("a journal that does not identify what it had");
    const supplied = { location, identity, pin: pin ?? null };
    const opened = await openSupplied(access, supplied, purpose);
    return opened.ok ? ok({ ...opened.value, vouched: null }) : opened;
  }
  const { files, decompressors, keys } = access;
  const opened = openFile(files, location.kind === "file" ? location.path : location.bundle);
  if (!opened.ok) return opened;
  const file = opened.value;
  const close = (): void => file.close();
  const head = await asPlanned(await headOf(file, location, keys, decompressors), identity);
  if (head.ok) return ok({ ...head.value, keep: () => Promise.resolve(), close });
  close();
  return head;
}

type LyingLocation = Exclude<ArtifactLocation, SuppliedLocation>;

function asPlanned<T extends Pick<OpenArtifact, "artifact" | "source">>(
  head: Result<T>,
  identity: Artifact["identity"] | undefined,
): Result<T> | Promise<Result<T>> {
  if (!head.ok || identity === undefined) return head;
  const { source, artifact } = head.value;
  return asResult(source.name, () => {
    demandSame(source.name, artifact, { identity });
    return Promise.resolve(head.value);
  });
}

async function headOf(
  file: ByteSource,
  location: LyingLocation,
  keys: readonly VerifyKey[],
  decompressors: Decompressors,
): Promise<Result<Pick<OpenLocated, "source" | "artifact" | "vouched">>> {
  const found =
    location.kind === "file"
      ? ok({ source: file, vouched: null })
      : await entryOf(file, location.entry, keys);
  if (!found.ok) return found;
  const artifact = await readArtifact(found.value.source, keys, decompressors);
  return artifact.ok ? ok({ ...found.value, artifact: artifact.value }) : artifact;
}

async function entryOf(
  file: ByteSource,
  entry: string,
  keys: readonly VerifyKey[],
): Promise<Result<Pick<OpenLocated, "source" | "vouched">>> {
  const opened = await openBundle(file, keys);
  if (!opened.ok) return opened;
  const source = entrySource(opened.value, file, entry);
  if (source === null) return fail(entryGone(file.name, entry));
  const listed = opened.value.entries.find(({ name }) => name === entry);
  return ok({ source, vouched: listed?.vouched ?? null });
}

/** Opens a file that a plan has located; one that is not there is a problem that names it. */
function openFile(files: Files, path: string): Result<ReturnType<Files["openSource"]>> {
  try {
    return ok(files.openSource(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail({
      code: "source-gone",
      message: `The file "${path}" is needed and cannot be read: ${error.message}.`,
      at: { file: path },
      got: error.code,
      hint: "Put the medium or the file back where it was, or say with --from where it is now.",
    });
  }
}

function entryGone(bundle: string, entry: string): Problem {
  return {
    code: "source-gone",
    message: `The bundle "${bundle}" does not hold "${entry}" any more.`,
    at: { file: bundle },
    hint: "Put the bundle back that the deployment was begun with.",
  };
}
