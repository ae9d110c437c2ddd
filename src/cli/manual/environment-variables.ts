/** What the manual page tells of the environment; docs/cli.md has the same table. */
export const environmentVariables: readonly (readonly [name: string, meaning: string])[] = [
  ["MENDER_ORCHESTRATOR_DATA_DIR", "holds interfaces/v1; default: /usr/share/mender-orchestrator"],
  [
    "MENDER_ORCHESTRATOR_CONF_DIR",
    "holds mender-orchestrator.conf; default: /etc/mender-orchestrator",
  ],
  [
    "MENDER_ORCHESTRATOR_DATASTORE_DIR",
    "holds the journal, the work dirs and the configuration to fall back on; default: /var/lib/mender-orchestrator",
  ],
  ["MENDER_ORCHESTRATOR_TOPOLOGY_DIR", "holds topology.yaml; default: the datastore"],
  ["MENDER_ORCHESTRATOR_TOPOLOGY_COMPONENTS_FILE", "the Components, as with --topology-components"],
  ["MENDER_ORCHESTRATOR_MANIFEST_STORE_DIR", "the store of Manifests; default: in the datastore"],
  ["MENDER_ORCHESTRATOR_ARTIFACTS_CACHE_DIR", "the cache of Artifacts; default: in the datastore"],
  ["NO_COLOR", "no colours, whatever its value"],
];
