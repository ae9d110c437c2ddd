/**
 * How many nodes the planner searches if nobody says otherwise: enough for every real Manifest, and about a second of
 * work.
 */
export const defaultNodeLimit = 300_000;
