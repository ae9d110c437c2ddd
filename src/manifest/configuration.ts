import * as z from "zod";
import { logLevels } from "../core/log-level.ts";
import { once } from "../core/once.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { plainJson, readJson } from "./json-document.ts";
import { checkShape } from "./shape.ts";
import { placeAt, type TextFile } from "./source.ts";
import { maxTimeoutSeconds } from "./topology.ts";
import { fields } from "./words.ts";
import { inOrder } from "./yaml-problems.ts";
import { entryOf, valueOf, type YamlDocument } from "./yaml-node.ts";

/** `mender-orchestrator.conf`, in JSON. */
export const configurationShape = once(() => {
  const path = z
    .string({ error: "an absolute path" })
    .regex(/^\/[^\x00-\x1f\x7f-\x9f]*$/u, { error: "an absolute path" });
  /** So that a key in a store can be told from a slip. */
  const keyPath = z
    .string({ error: "an absolute path" })
    .regex(/^(?:\/|pkcs11:)[^\x00-\x1f\x7f-\x9f]*$/u, { error: "an absolute path" });
  const flag = z.boolean({ error: "true or false" });
  const count = (least: number, most: number) => {
    const to = most === Number.MAX_SAFE_INTEGER ? "on" : `to ${most}`;
    const error = `a whole number from ${least} ${to}`;
    return z.int({ error }).min(least, { error }).max(most, { error });
  };

  return fields({
    /** Public keys: what one of them has not signed is refused. Only one of the two settings may be there. */
    ArtifactVerifyKey: path.exactOptional(),
    ArtifactVerifyKeys: z.array(path, { error: "a list of absolute paths" }).exactOptional(),
    ArtifactsCache: fields({
      Enabled: flag.exactOptional(),
      Path: path.exactOptional(),
      MaxSizeBytes: count(0, Number.MAX_SAFE_INTEGER).exactOptional(),
    }).exactOptional(),
    HttpsClient: fields({
      Certificate: keyPath,
      Key: keyPath,
      /** Of the Mender Client, for keys that are no files; refused by its name. */
      SSLEngine: z.string({ error: "text" }).exactOptional(),
    }).exactOptional(),
    /** Under the Mender Client, which takes a wait for a failure: how long a gate is waited for. */
    GateWaitSeconds: count(0, maxTimeoutSeconds).exactOptional(),
    /** How many past deployments are kept. */
    HistoryLimit: count(1, 10_000).exactOptional(),
    InterfaceTimeoutSeconds: count(1, maxTimeoutSeconds).exactOptional(),
    LogLevel: z.enum(logLevels, { error: `one of ${logLevels.join(", ")}` }).exactOptional(),
    ManifestStore: path.exactOptional(),
    /** Search nodes after which the planner stops, for gateways with little memory. */
    PlannerNodeLimit: count(1000, 10_000_000).exactOptional(),
    /** How often a request to the Mender Server, or a download that does not get on, is repeated. */
    RetryDownloadCount: count(0, 1000).exactOptional(),
    ServerCertificate: path.exactOptional(),
    TopologyComponents: path.exactOptional(),
    /** Where verify keys are configured: below these a Manifest that is not signed will do. */
    TrustedManifestDirs: z.array(path, { error: "a list of absolute paths" }).exactOptional(),
    /** For development: run Interfaces that others may write to. */
    AllowWritableInterfaces: flag.exactOptional(),
  });
});
export type ConfigurationShape = z.output<ReturnType<typeof configurationShape>>;

/** One configuration file, whole and sound. */
export interface Configuration {
  readonly settings: ConfigurationShape;
  readonly document: YamlDocument;
}

export function readConfiguration(file: TextFile): Result<Configuration> {
  const read = readJson(file);
  if (!read.ok) return read;
  const { document, problems } = read.value;
  const shape = checkShape(configurationShape(), document.source, document.root, plainJson);
  const found = [
    ...problems,
    ...(shape.ok ? [] : shape.problems),
    ...keysTwice(document),
    ...keysElsewhere(document),
  ];
  if (!shape.ok || found.length > 0) return fail(...inOrder(found));
  return ok({ settings: shape.value, document });
}

/** A key that is no file: Node's TLS has no way to it. */
function keysElsewhere({ source, root }: YamlDocument): readonly Problem[] {
  const client = valueOf(root, "HttpsClient");
  return ["Certificate", "Key", "SSLEngine"].flatMap((name): readonly Problem[] => {
    const entry = entryOf(client, name);
    if (entry?.value.kind !== "text") return [];
    if (name !== "SSLEngine" && !entry.value.text.startsWith("pkcs11:")) return [];
    return [
      {
        code: "https-key-unsupported",
        message: `"${name}" of "HttpsClient" wants a key that is no file (PKCS#11, or an engine of OpenSSL).`,
        at: placeAt(source, entry.key.start),
        expected: "files in PEM",
        hint: `Give a certificate and a key in files, or leave "HttpsClient" out: the Mender Client's own connection does not need it.`,
      },
    ];
  });
}

function keysTwice({ source, root }: YamlDocument): readonly Problem[] {
  const several = entryOf(root, "ArtifactVerifyKeys");
  if (several === undefined || entryOf(root, "ArtifactVerifyKey") === undefined) return [];
  return [
    {
      code: "wrong-value",
      message: `"ArtifactVerifyKey" and "ArtifactVerifyKeys" are both there.`,
      at: placeAt(source, several.key.start),
      expected: "one of them",
      hint: `Put all keys into "ArtifactVerifyKeys".`,
    },
  ];
}
