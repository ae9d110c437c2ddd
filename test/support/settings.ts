import type { SettingsInput } from "../../src/manifest/settings.ts";

/** Of a machine where nothing is set. */
export const noSettings: SettingsInput = {
  flags: { topologyComponents: null, logLevel: null },
  environment: {
    dataDir: { value: "/data", source: "default", variable: "MENDER_ORCHESTRATOR_DATA_DIR" },
    confDir: { value: "/conf", source: "default", variable: "MENDER_ORCHESTRATOR_CONF_DIR" },
    datastoreDir: {
      value: "/ds",
      source: "default",
      variable: "MENDER_ORCHESTRATOR_DATASTORE_DIR",
    },
    topologyDir: null,
    topologyComponentsFile: null,
    manifestStoreDir: null,
    artifactsCacheDir: null,
    proxies: [],
  },
  foundTopologyDir: null,
  files: [],
  client: { serverCertificate: null, httpsClientCertificate: null, httpsClientKey: null },
};
