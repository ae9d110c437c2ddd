import { readEnvironment } from "../../src/install/environment.ts";
import type { InstallOptions } from "../../src/install/install-options.ts";
import type { Machine } from "../../src/install/machine.ts";
import { nodePlatform } from "../../src/platform/node.ts";

/** An install of whose risks none is accepted, and that stops nowhere. */
export const plainInstall: InstallOptions = {
  stopBefore: [],
  exitOnReboot: false,
  allowDowngrade: false,
  allowUnsignedManifest: false,
  accept: [],
  prefetch: false,
  waitMs: 0,
  unattended: false,
};

/** This machine, with all that belongs to a System below one directory. */
export function machineAt(directory: string): Machine {
  const variables = {
    PATH: process.env["PATH"],
    MENDER_ORCHESTRATOR_DATA_DIR: directory,
    MENDER_ORCHESTRATOR_CONF_DIR: `${directory}/conf`,
    MENDER_ORCHESTRATOR_DATASTORE_DIR: `${directory}/datastore`,
    MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
  };
  return {
    platform: nodePlatform(),
    environment: readEnvironment(variables, directory, [process.execPath, "orchestrator"]),
    options: { logLevel: null, topologyComponents: null },
    signal: new AbortController().signal,
    compute: (_, work) => Promise.resolve(work(() => {})),
    deploys: () => {},
    tell: () => {},
    working: (_, use) => use(() => {}),
    reachCrashPoint: () => {},
  };
}
