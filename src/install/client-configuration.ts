import { readJson } from "../manifest/json-document.ts";
import type { ClientTls, Sourced } from "../manifest/settings.ts";
import { lineAt, maxFileBytes } from "../manifest/source.ts";
import { entryOf, valueOf, type YamlDocument } from "../manifest/yaml-node.ts";
import { type Files, unlessRefused } from "../platform/types.ts";
import { exposedBy } from "../sources/exposure.ts";

/** The Mender Client's own configuration, the one that wins first. */
export const clientConfigurationPaths = [
  "/etc/mender/mender.conf",
  "/var/lib/mender/mender.conf",
] as const;

/**
 * What the Mender Client trusts and shows on HTTPS. Its configuration is not ours to judge: what of it cannot be used
 * here says why, and a file that cannot be read says nothing.
 */
export function readClientTls(
  files: Files,
  paths: readonly string[] = clientConfigurationPaths,
): ClientTls {
  const configurations = paths.flatMap((path) =>
    unlessRefused(() => clientConfiguration(files, path), []),
  );
  return {
    serverCertificate: firstOf(configurations, ["ServerCertificate"]),
    httpsClientCertificate: firstOf(configurations, ["HttpsClient", "Certificate"]),
    httpsClientKey: firstOf(configurations, ["HttpsClient", "Key"]),
  };
}

interface ClientConfiguration {
  readonly document: YamlDocument;
  /** Why nothing of it can be believed; null: it can. */
  readonly exposed: string | null;
}

/** None: it is not there, or is no JSON. Throws FileError. */
function clientConfiguration(files: Files, path: string): readonly ClientConfiguration[] {
  if (files.status(path) === null) return [];
  const read = readJson({ name: path, bytes: files.read(path, maxFileBytes) });
  if (!read.ok) return [];
  return [{ document: read.value.document, exposed: exposedBy(files, path) }];
}

/** The client takes each setting from the first file that has it, also those within `HttpsClient`. */
function firstOf(
  configurations: readonly ClientConfiguration[],
  [outer, inner]: readonly [string, string?],
): Sourced<string | null> | null {
  for (const { document, exposed } of configurations) {
    const { source, root } = document;
    const entry = inner === undefined ? entryOf(root, outer) : entryOf(valueOf(root, outer), inner);
    if (entry?.value.kind !== "text" || entry.value.style === "plain") continue;
    const { text } = entry.value;
    // So people write that there is none.
    if (text === "") return null;
    const unused = exposed ?? (text.startsWith("/") ? null : noPath(text));
    const line = lineAt(source, entry.key.start);
    const value = unused === null ? text : null;
    return { value, origin: { kind: "client", file: source.file, line, unused } };
  }
  return null;
}

/** The URI of a key is not shown: it may hold a PIN. */
function noPath(text: string): string {
  return text.startsWith("pkcs11:")
    ? "a key that is no file (PKCS#11) is not supported"
    : "it is no absolute path";
}
