import { join } from "node:path";
import type { VerifyKey } from "../artifact/keys.ts";
import { ok, type Result } from "../core/result.ts";
import type { Context, LogLevel } from "./context.ts";

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
  /** 0: no limit. */
  readonly interfaceTimeoutMs: number;
  readonly allowsWritableInterfaces: boolean;
  readonly logLevel: LogLevel;
}

const defaultTimeoutMs = 14_400_000;

export function readSettings({ environment, options }: Context): Result<Settings> {
  const { dataDir, confDir, datastoreDir, topologyDir, topologyComponentsFile } = environment;
  return ok({
    dataDir: dataDir.value,
    confDir: confDir.value,
    topologyFile: join((topologyDir ?? datastoreDir).value, "topology.yaml"),
    topologyComponents: options.topologyComponents ?? topologyComponentsFile?.value ?? null,
    keys: [],
    interfaceTimeoutMs: defaultTimeoutMs,
    allowsWritableInterfaces: false,
    logLevel: "info",
  });
}
