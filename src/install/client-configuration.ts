import * as z from "zod";
import { maxFileBytes } from "../manifest/source.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import { wayTo } from "../sources/exposure.ts";

/** The Mender Client's own configuration, the one that wins first. */
const clientFiles = ["/etc/mender/mender.conf", "/var/lib/mender/mender.conf"] as const;

const ClientConfiguration = z.looseObject({
  ArtifactVerifyKey: z.string().optional(),
  ArtifactVerifyKeys: z.array(z.string()).optional(),
});

/**
 * Whether the Mender Client has verified the signature of what it hands over. False as well where its configuration cannot be
 * read, or somebody else may write it: then nobody knows what it has verified.
 */
export function clientVerifies(files: Files): boolean {
  for (const path of clientFiles) {
    const keys = unlessRefused(() => keysIn(files, path), []);
    if (keys !== null) return keys.some((key) => key !== "");
  }
  return false;
}

/** Null: the file is not there, or says nothing of keys. */
function keysIn(files: Files, path: string): readonly string[] | null {
  if (files.status(path) === null) return null;
  if (wayTo(files, path).kind === "exposed") return [];
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
