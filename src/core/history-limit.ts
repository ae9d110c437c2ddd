/** So many ended deployments are kept where nothing else is configured, and those that are needed besides. */
export const defaultHistoryLimit = 50;
