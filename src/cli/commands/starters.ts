/** The Systems that `init` can write, the smallest first. */
export const starters = ["minimal", "seed", "robot"] as const;
export type Starter = (typeof starters)[number];
