import { join } from "node:path";
import { defaultHistoryLimit } from "../core/history-limit.ts";
import type { LogLevel } from "../core/log-level.ts";
import { defaultNodeLimit } from "../core/node-limit.ts";
import type { Configuration } from "./configuration.ts";
import { lineAt } from "./source.ts";
import { entryOf, valueOf } from "./yaml-node.ts";

/** Where a setting comes from, the strongest first. */
export type Origin =
  | { readonly kind: "flag"; readonly flag: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly file: string; readonly line: number }
  /** The Mender Client's own configuration; `unused`: why what it names is not taken, so that nothing is set. */
  | {
      readonly kind: "client";
      readonly file: string;
      readonly line: number;
      readonly unused: string | null;
    }
  /** It is there, and nothing says otherwise. */
  | { readonly kind: "found" }
  | { readonly kind: "default" };

export interface Sourced<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** A variable of the environment, or the default that stands in for it. */
export interface Given {
  readonly value: string;
  readonly source: "environment" | "default";
  readonly variable: string;
}

export interface SettingsInput {
  readonly flags: {
    readonly topologyComponents: string | null;
    readonly logLevel: LogLevel | null;
  };
  /** Directories are absolute; null: not set. */
  readonly environment: {
    readonly dataDir: Given;
    readonly confDir: Given;
    readonly datastoreDir: Given;
    readonly topologyDir: Given | null;
    readonly topologyComponentsFile: Given | null;
    readonly manifestStoreDir: Given | null;
    readonly artifactsCacheDir: Given | null;
    /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as far as they are set. */
    readonly proxies: readonly Given[];
  };
  /**
   * A directory with a Topology that stands in where no variable names one and the datastore has none; null: there is
   * none.
   */
  readonly foundTopologyDir: string | null;
  /** The configuration files that are there, the stronger one first. */
  readonly files: readonly Configuration[];
  readonly client: ClientTls;
}

/** What the Mender Client trusts and shows on HTTPS, to fall back on; null: its configuration does not say. */
export interface ClientTls {
  readonly serverCertificate: Sourced<string | null> | null;
  readonly httpsClientCertificate: Sourced<string | null> | null;
  readonly httpsClientKey: Sourced<string | null> | null;
}

/** Every setting in force, and where it was found. */
export interface EffectiveSettings {
  readonly dataDir: Sourced<string>;
  readonly confDir: Sourced<string>;
  readonly datastoreDir: Sourced<string>;
  readonly topologyDir: Sourced<string>;
  readonly topologyComponents: Sourced<string | null>;
  readonly manifestStore: Sourced<string>;
  /** Empty: unsigned Artifacts and bundles are accepted. */
  readonly artifactVerifyKeys: Sourced<readonly string[]>;
  /**
   * Below these a Manifest needs no signature. The default holds only where the Mender Client verifies what it lays
   * there.
   */
  readonly trustedManifestDirs: Sourced<readonly string[]>;
  readonly artifactsCacheEnabled: Sourced<boolean>;
  readonly artifactsCachePath: Sourced<string>;
  /** Bytes; null: no limit. */
  readonly artifactsCacheMaxSizeBytes: Sourced<number | null>;
  readonly httpsClientCertificate: Sourced<string | null>;
  readonly httpsClientKey: Sourced<string | null>;
  readonly serverCertificate: Sourced<string | null>;
  readonly gateWaitSeconds: Sourced<number>;
  readonly historyLimit: Sourced<number>;
  readonly interfaceTimeoutSeconds: Sourced<number>;
  readonly retryDownloadCount: Sourced<number>;
  readonly logLevel: Sourced<LogLevel>;
  readonly plannerNodeLimit: Sourced<number>;
  readonly allowWritableInterfaces: Sourced<boolean>;
  readonly proxies: readonly (Sourced<string> & { readonly name: string })[];
}

/** Where the Mender Client lays the payloads that it hands to update modules. */
const clientPayloadTrees = [
  "/var/lib/mender/modules/v3/payloads",
  "/data/mender/modules/v3/payloads",
] as const;

/** Four hours, as the protocol has it. */
const defaultTimeoutSeconds = 14_400;

/** Well below the time that the Mender Client gives a module. */
const defaultGateWaitSeconds = 600;

/** That of the Mender Client. */
const defaultRetryCount = 10;

/**
 * Of flag, environment, `/etc`, fallback, the Mender Client and default the first that says something, setting by
 * setting.
 */
export function effectiveSettings({
  flags,
  environment,
  foundTopologyDir,
  files,
  client,
}: SettingsInput): EffectiveSettings {
  const { dataDir, confDir, datastoreDir } = environment;
  const inDatastore = (name: string) => byDefault(join(datastoreDir.value, name));
  const flagged = flags.topologyComponents;
  return {
    dataDir: ofGiven(dataDir),
    confDir: ofGiven(confDir),
    datastoreDir: ofGiven(datastoreDir),
    topologyDir:
      fromVariable(environment.topologyDir) ??
      (foundTopologyDir === null ? null : found(foundTopologyDir)) ??
      byDefault(datastoreDir.value),
    topologyComponents:
      (flagged === null ? null : fromFlag(flagged, "--topology-components")) ??
      fromVariable(environment.topologyComponentsFile) ??
      fromFile(files, ["TopologyComponents"], (settings) => settings.TopologyComponents) ??
      byDefault(null),
    manifestStore:
      fromVariable(environment.manifestStoreDir) ??
      fromFile(files, ["ManifestStore"], (settings) => settings.ManifestStore) ??
      inDatastore("manifests"),
    artifactVerifyKeys: verifyKeys(files),
    trustedManifestDirs:
      fromFile(files, ["TrustedManifestDirs"], (settings) => settings.TrustedManifestDirs) ??
      byDefault(clientPayloadTrees),
    artifactsCacheEnabled:
      fromFile(
        files,
        ["ArtifactsCache", "Enabled"],
        (settings) => settings.ArtifactsCache?.Enabled,
      ) ?? byDefault(false),
    artifactsCachePath:
      fromVariable(environment.artifactsCacheDir) ??
      fromFile(files, ["ArtifactsCache", "Path"], (settings) => settings.ArtifactsCache?.Path) ??
      inDatastore("artifacts"),
    artifactsCacheMaxSizeBytes:
      fromFile(
        files,
        ["ArtifactsCache", "MaxSizeBytes"],
        (settings) => settings.ArtifactsCache?.MaxSizeBytes,
      ) ?? byDefault(null),
    httpsClientCertificate:
      fromFile(files, ["HttpsClient"], (settings) => settings.HttpsClient?.Certificate) ??
      client.httpsClientCertificate ??
      byDefault(null),
    httpsClientKey:
      fromFile(files, ["HttpsClient"], (settings) => settings.HttpsClient?.Key) ??
      client.httpsClientKey ??
      byDefault(null),
    retryDownloadCount:
      fromFile(files, ["RetryDownloadCount"], (settings) => settings.RetryDownloadCount) ??
      byDefault(defaultRetryCount),
    serverCertificate:
      fromFile(files, ["ServerCertificate"], (settings) => settings.ServerCertificate) ??
      client.serverCertificate ??
      byDefault(null),
    gateWaitSeconds:
      fromFile(files, ["GateWaitSeconds"], (settings) => settings.GateWaitSeconds) ??
      byDefault(defaultGateWaitSeconds),
    historyLimit:
      fromFile(files, ["HistoryLimit"], (settings) => settings.HistoryLimit) ??
      byDefault(defaultHistoryLimit),
    interfaceTimeoutSeconds:
      fromFile(
        files,
        ["InterfaceTimeoutSeconds"],
        (settings) => settings.InterfaceTimeoutSeconds,
      ) ?? byDefault(defaultTimeoutSeconds),
    logLevel:
      (flags.logLevel === null ? null : fromFlag(flags.logLevel, "--log-level")) ??
      fromFile(files, ["LogLevel"], (settings) => settings.LogLevel) ??
      byDefault("info"),
    plannerNodeLimit:
      fromFile(files, ["PlannerNodeLimit"], (settings) => settings.PlannerNodeLimit) ??
      byDefault(defaultNodeLimit),
    allowWritableInterfaces:
      fromFile(
        files,
        ["AllowWritableInterfaces"],
        (settings) => settings.AllowWritableInterfaces,
      ) ?? byDefault(false),
    proxies: environment.proxies.map((proxy) => ({ name: proxy.variable, ...ofGiven(proxy) })),
  };
}

/** One setting with two names: whichever stands in the stronger file. */
function verifyKeys(files: readonly Configuration[]): Sourced<readonly string[]> {
  for (const file of files) {
    const one = fromFile([file], ["ArtifactVerifyKey"], ({ ArtifactVerifyKey: key }) =>
      key === undefined ? undefined : [key],
    );
    const several = fromFile(
      [file],
      ["ArtifactVerifyKeys"],
      (settings) => settings.ArtifactVerifyKeys,
    );
    const found = one ?? several;
    if (found !== null) return found;
  }
  return byDefault([]);
}

function fromFile<T>(
  files: readonly Configuration[],
  path: readonly [string, string?],
  pick: (settings: Configuration["settings"]) => T | undefined,
): Sourced<T> | null {
  for (const { settings, document } of files) {
    const value = pick(settings);
    if (value === undefined) continue;
    const { source, root } = document;
    const [outer, inner] = path;
    const owner = inner === undefined ? root : (valueOf(root, outer) ?? root);
    const key = entryOf(owner, inner ?? outer)?.key;
    const line = lineAt(source, key?.start ?? 0);
    return { value, origin: { kind: "file", file: source.file, line } };
  }
  return null;
}

function fromVariable(given: Given | null): Sourced<string> | null {
  return given === null ? null : ofGiven(given);
}

function ofGiven({ value, source, variable }: Given): Sourced<string> {
  return source === "default" ? byDefault(value) : { value, origin: { kind: source, variable } };
}

function fromFlag<T>(value: T, flag: string): Sourced<T> {
  return { value, origin: { kind: "flag", flag } };
}

function found<T>(value: T): Sourced<T> {
  return { value, origin: { kind: "found" } };
}

function byDefault<T>(value: T): Sourced<T> {
  return { value, origin: { kind: "default" } };
}
