/** Two names, one program; the first one is what its texts call it. */
export const programNames = ["orchestrator", "mender-orchestrator"] as const;
