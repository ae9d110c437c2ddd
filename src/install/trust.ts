import * as z from "zod";
import type { VerifyKey } from "../artifact/keys.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { ManifestTrust } from "../deployment/records.ts";
import { maxFileBytes } from "../manifest/source.ts";
import { FileError, type Files, type FileStatus, unlessRefused } from "../platform/types.ts";
import { exposedBy, exposureText, wayTo } from "../sources/exposure.ts";
import { clientConfigurationPaths } from "./client-configuration.ts";

/** What is asked of a Manifest or a bundle before it is believed. */
export interface TrustDemand {
  /** One of them must have signed the bundle and every Artifact; none demands nothing. */
  readonly keys: readonly VerifyKey[];
  /** Below these, a Manifest that is not signed will do. Absolute. */
  readonly trustedManifestDirs: readonly string[];
  /** They are nobody's choice: they hold only where the Mender Client verifies what it lays there. */
  readonly areDefaultDirs: boolean;
  /** `--allow-unsigned-manifest` */
  readonly allowUnsignedManifest: boolean;
}

/** For commands that trust nobody and install nothing. */
export const nothingDemanded: TrustDemand = {
  keys: [],
  trustedManifestDirs: [],
  areDefaultDirs: true,
  allowUnsignedManifest: false,
};

/** A Manifest that came alone, as it was opened. */
export interface OpenedManifest {
  /** As people named it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly status: FileStatus;
}

/** Why a Manifest that came alone is believed; null: no key is configured, so everybody is. */
export function manifestTrust(
  files: Files,
  demand: TrustDemand,
  manifest: OpenedManifest,
): Result<ManifestTrust | null> {
  if (demand.keys.length === 0) return ok(null);
  const judged = judge(files, demand, manifest);
  if (judged.kind === "trusted") return ok({ kind: "directory", directory: judged.directory });
  if (demand.allowUnsignedManifest) return ok({ kind: "allowed" });
  return fail(unsigned(manifest.name, judged.why));
}

type Judged =
  | { readonly kind: "trusted"; readonly directory: string }
  | { readonly kind: "not"; readonly why: string };

function judge(files: Files, demand: TrustDemand, manifest: OpenedManifest): Judged {
  if (demand.areDefaultDirs && !clientVerifies(files)) {
    return { kind: "not", why: "the configuration of the Mender Client names no key" };
  }
  try {
    return judgePlace(files, demand.trustedManifestDirs, manifest);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { kind: "not", why: `"${error.path}" cannot be looked at: ${error.message}` };
  }
}

function judgePlace(
  files: Files,
  directories: readonly string[],
  { path, status }: OpenedManifest,
): Judged {
  const realPath = files.realPath(path);
  const outside = { kind: "not", why: "a Manifest that lies elsewhere" } as const;
  const directory = directories.find((one) => {
    const real = unlessRefused(() => files.realPath(one), null);
    return real !== null && isBelow(realPath, real);
  });
  if (directory === undefined) return outside;
  const ways = [wayTo(files, directory), wayTo(files, path)] as const;
  for (const way of ways) {
    if (way.kind === "exposed") return { kind: "not", why: exposureText(way.exposure) };
  }
  const [to, found] = ways;
  // Where they have led before was looked up while somebody could still have changed it.
  if (to.kind !== "safe" || found.kind !== "safe") return outside;
  if (!isBelow(found.realPath, to.realPath)) return outside;
  const isOpened = found.status.device === status.device && found.status.inode === status.inode;
  if (!isOpened)
    return { kind: "not", why: `another file than the one that was read at "${path}"` };
  return { kind: "trusted", directory };
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

function unsigned(name: string, why: string): Problem {
  return {
    code: "manifest-unsigned",
    message: `The Manifest "${name}" is not signed, and a key is configured.`,
    at: { file: name },
    expected:
      "a bundle signed by a configured key, or a Manifest below a directory of TrustedManifestDirs",
    got: why,
    hint: "Sign it with `bundle create --thin --key`, or say --allow-unsigned-manifest if you know where it comes from.",
  };
}

const ClientConfiguration = z.looseObject({
  ArtifactVerifyKey: z.string().optional(),
  ArtifactVerifyKeys: z.array(z.string()).optional(),
});

/**
 * Whether the Mender Client has verified the signature of what it hands over. False as well where its configuration
 * cannot be read, or somebody else may write it: then nobody knows what it has verified.
 */
function clientVerifies(files: Files): boolean {
  for (const path of clientConfigurationPaths) {
    const keys = unlessRefused(() => keysIn(files, path), []);
    if (keys !== null) return keys.some((key) => key !== "");
  }
  return false;
}

/** Null: the file is not there, or says nothing of keys. */
function keysIn(files: Files, path: string): readonly string[] | null {
  if (files.status(path) === null) return null;
  if (exposedBy(files, path) !== null) return [];
  const configuration = ClientConfiguration.safeParse(parsed(files.read(path, maxFileBytes)));
  if (!configuration.success) return [];
  const { ArtifactVerifyKey: one, ArtifactVerifyKeys: several } = configuration.data;
  if (one === undefined) return several ?? null;
  return [one, ...(several ?? [])];
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
