import { join } from "node:path";
import type { VerifyKey } from "../artifact/keys.ts";
import { ok, type Result } from "../core/result.ts";
import {
  type ConfigurationFiles,
  configured,
  type Configured,
  readConfigurationFiles,
} from "./configuration-files.ts";
import type { Context, LogLevel } from "./context.ts";
import type { Setting } from "./environment.ts";
import { readVerifyKeys } from "./key-files.ts";

/** What is in force on this machine: of flag, environment, configuration and default the first that says something. */
export interface Settings {
  /** Absolute; holds `interfaces/v1`. */
  readonly dataDir: string;
  /** Absolute. */
  readonly confDir: string;
  readonly topologyFile: string;
  /** A file of their own for the Topology's Components. */
  readonly topologyComponents: string | null;
  /** One of them must have signed every Artifact and bundle; none demands nothing. */
  readonly keys: readonly VerifyKey[];
  readonly interfaceTimeoutMs: number;
  readonly allowsWritableInterfaces: boolean;
  readonly logLevel: LogLevel;
}

const defaultTimeoutSeconds = 14_400;

export function readSettings(context: Context): Result<Settings> {
  const files = readConfigurationFiles(context);
  if (!files.ok) return files;
  const effective = effectiveSettings(context, files.value);
  const keys = readVerifyKeys(context, effective.ArtifactVerifyKeys.value);
  if (!keys.ok) return keys;
  return ok({
    dataDir: effective.DataDir.value,
    confDir: effective.ConfDir.value,
    topologyFile: effective.Topology.value,
    topologyComponents: effective.TopologyComponents.value,
    keys: keys.value,
    interfaceTimeoutMs: effective.InterfaceTimeoutSeconds.value * 1000,
    allowsWritableInterfaces: effective.AllowWritableInterfaces.value,
    logLevel: effective.LogLevel.value,
  });
}

/** Each setting with its value and where it came from; `show-config` prints them. */
export function effectiveSettings({ environment, options }: Context, files: ConfigurationFiles) {
  const { topologyDir, datastoreDir, topologyComponentsFile } = environment;
  const topology = fromEnvironment(topologyDir ?? datastoreDir);
  return {
    DataDir: fromEnvironment(environment.dataDir),
    ConfDir: fromEnvironment(environment.confDir),
    DatastoreDir: fromEnvironment(datastoreDir),
    Topology: { ...topology, value: join(topology.value, "topology.yaml") },
    TopologyComponents:
      flag(options.topologyComponents, "--topology-components") ??
      orNull(topologyComponentsFile) ??
      configured(files, "TopologyComponents") ??
      byDefault(null),
    ArtifactVerifyKeys: verifyKeys(files) ?? byDefault<readonly string[]>([]),
    InterfaceTimeoutSeconds:
      configured(files, "InterfaceTimeoutSeconds") ?? byDefault(defaultTimeoutSeconds),
    AllowWritableInterfaces: configured(files, "AllowWritableInterfaces") ?? byDefault(false),
    LogLevel:
      flag(options.logLevel, "--log-level") ??
      configured(files, "LogLevel") ??
      byDefault<LogLevel>("info"),
  } as const;
}

/** The two settings are one: a key in the file that wins hides the list in the other. */
function verifyKeys(files: ConfigurationFiles): Configured<readonly string[]> | null {
  for (const file of files) {
    const one = configured([file], "ArtifactVerifyKey");
    if (one !== null) return { ...one, value: [one.value] };
    const several = configured([file], "ArtifactVerifyKeys");
    if (several !== null) return several;
  }
  return null;
}

function fromEnvironment({ value, source, variable }: Setting): Configured<string> {
  return { value, source: source === "environment" ? variable : source };
}

function orNull(setting: Setting | null): Configured<string> | null {
  return setting === null ? null : fromEnvironment(setting);
}

function flag<T>(value: T | null, name: string): Configured<T> | null {
  return value === null ? null : { value, source: name };
}

function byDefault<T>(value: T): Configured<T> {
  return { value, source: "default" };
}
