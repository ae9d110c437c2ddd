import { join } from "node:path";
import type { VerifyKey } from "../artifact/keys.ts";
import type { LogLevel } from "../core/log-level.ts";
import type { Problem } from "../core/problem.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Configuration, readConfiguration } from "../manifest/configuration.ts";
import { effectiveSettings, type EffectiveSettings } from "../manifest/settings.ts";
import { unlessRefused } from "../platform/types.ts";
import { readClientTls } from "./client-configuration.ts";
import type { Environment } from "./environment.ts";
import { readText } from "./input-files.ts";
import { readVerifyKeys } from "./key-files.ts";
import type { Machine } from "./machine.ts";

/** What is in force on this machine: of flag, environment, configuration and default the first that says something. */
export interface Settings {
  readonly topologyFile: string;
  /** A file of their own for the Topology's Components. */
  readonly topologyComponents: string | null;
  /** One of them must have signed every Artifact and bundle; none demands nothing. */
  readonly keys: readonly VerifyKey[];
  /** Where these lie. */
  readonly keyFiles: readonly string[];
  /** Below these a Manifest that is not signed will do. */
  readonly trustedManifestDirs: readonly string[];
  /** They are the default: see TrustDemand. */
  readonly areDefaultDirs: boolean;
  /** How many past deployments are kept. */
  readonly historyLimit: number;
  readonly interfaceTimeoutMs: number;
  /** Under a caller that takes a wait for a failure: how long a gate is waited for. */
  readonly gateWaitMs: number;
  readonly allowsWritableInterfaces: boolean;
  /** How many nodes the planner may search. */
  readonly plannerNodeLimit: number;
  readonly logLevel: LogLevel;
  readonly cache: CacheSettings;
  readonly server: ServerSettings;
}

/** How the Mender Server is talked to. */
export interface ServerSettings {
  readonly http: Pick<
    EffectiveSettings,
    "serverCertificate" | "httpsClientCertificate" | "httpsClientKey" | "proxies"
  >;
  /** How often a download is repeated that does not get on. */
  readonly retryDownloadCount: number;
}

/** The cache of Artifacts. */
export interface CacheSettings {
  /** Whether it is filled by what is read; what lies there is used anyway. */
  readonly isEnabled: boolean;
  /** Absolute. */
  readonly directory: string;
  /** Bytes; null: no limit. */
  readonly maxBytes: number | null;
}

export function readSettings(machine: Machine): Result<Settings> {
  const effective = readEffectiveSettings(machine);
  if (!effective.ok) return effective;
  const settings = effective.value;
  const keys = readVerifyKeys(machine, settings.artifactVerifyKeys.value);
  return keys.ok ? ok(settingsFrom(settings, keys.value)) : keys;
}

/** Settings, and why some that are configured are not among them. */
export interface SettingsAnyway {
  readonly settings: Settings;
  readonly passedOver: readonly Problem[];
}

/**
 * For a rollback, which no configuration may stop: what cannot be read is as if it was not there. So without keys, too:
 * whoever has these settings must install nothing but what a journal identifies.
 */
export function readSettingsAnyway(machine: Machine): SettingsAnyway {
  const read = readEffectiveSettings(machine);
  const settings = read.ok ? read.value : effectiveFrom(machine, []);
  const keys = readVerifyKeys(machine, settings.artifactVerifyKeys.value);
  const known = settingsFrom(settings, keys.ok ? keys.value : []);
  return {
    // Nobody knows how many are to be kept.
    settings: read.ok ? known : { ...known, historyLimit: Number.MAX_SAFE_INTEGER },
    passedOver: [...(read.ok ? [] : read.problems), ...(keys.ok ? [] : keys.problems)],
  };
}

function settingsFrom(settings: EffectiveSettings, keys: readonly VerifyKey[]): Settings {
  return {
    topologyFile: join(settings.topologyDir.value, topologyName),
    topologyComponents: settings.topologyComponents.value,
    keys,
    keyFiles: settings.artifactVerifyKeys.value,
    trustedManifestDirs: settings.trustedManifestDirs.value,
    areDefaultDirs: settings.trustedManifestDirs.origin.kind === "default",
    historyLimit: settings.historyLimit.value,
    interfaceTimeoutMs: settings.interfaceTimeoutSeconds.value * 1000,
    gateWaitMs: settings.gateWaitSeconds.value * 1000,
    allowsWritableInterfaces: settings.allowWritableInterfaces.value,
    plannerNodeLimit: settings.plannerNodeLimit.value,
    logLevel: settings.logLevel.value,
    cache: cacheSettings(settings),
    server: { http: settings, retryDownloadCount: settings.retryDownloadCount.value },
  };
}

/** For commands that need no other setting. */
export function readCacheSettings(machine: Machine): Result<CacheSettings> {
  const effective = readEffectiveSettings(machine);
  return effective.ok ? ok(cacheSettings(effective.value)) : effective;
}

function cacheSettings(settings: EffectiveSettings): CacheSettings {
  return {
    isEnabled: settings.artifactsCacheEnabled.value,
    directory: settings.artifactsCachePath.value,
    maxBytes: settings.artifactsCacheMaxSizeBytes.value,
  };
}

/** Each setting with its value and where it came from; `show-config` prints them. */
export function readEffectiveSettings(machine: Machine): Result<EffectiveSettings> {
  const files = readConfigurationFiles(machine);
  return files.ok ? ok(effectiveFrom(machine, files.value)) : files;
}

function effectiveFrom(machine: Machine, files: readonly Configuration[]): EffectiveSettings {
  const { platform, environment, options } = machine;
  const { topologyComponents, logLevel } = options;
  return effectiveSettings({
    flags: { topologyComponents, logLevel },
    environment,
    foundTopologyDir: foundTopologyDir(machine),
    files,
    client: readClientTls(platform.files),
  });
}

/** Where the published images of Mender keep the Topology. */
const publishedTopologyDir = "/data/mender-orchestrator";

function foundTopologyDir({ platform, environment }: Machine): string | null {
  const isThere = (directory: string): boolean =>
    unlessRefused(() => platform.files.status(join(directory, topologyName)) !== null, false);
  if (isThere(environment.datastoreDir.value)) return null;
  return isThere(publishedTopologyDir) ? publishedTopologyDir : null;
}

const topologyName = "topology.yaml";

/** The name of the configuration, in both of the directories where it may lie. */
const configurationName = "mender-orchestrator.conf";

/** Where configuration files may lie, the one that wins first. */
export function configurationPaths({ confDir, datastoreDir }: Environment): readonly string[] {
  return [confDir.value, datastoreDir.value].map((directory) => join(directory, configurationName));
}

/** The configuration files that there are, the one that wins first; the problems of both at once. */
function readConfigurationFiles({
  platform,
  environment,
}: Machine): Result<readonly Configuration[]> {
  const { workingDirectory } = environment;
  const read = configurationPaths(environment)
    .filter((path) => platform.files.status(path) !== null)
    .map((path) => {
      const file = readText(platform.files, workingDirectory, path);
      return file.ok ? readConfiguration(file.value) : file;
    });
  const problems = read.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return fail(...problems);
  return ok(read.flatMap((result) => (result.ok ? [result.value] : [])));
}
