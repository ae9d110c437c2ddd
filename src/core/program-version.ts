/** The version of this program; the same as in package.json, which a test demands. */
export const programVersion = "0.1.0";

/** When this version was made: a clock that tells an earlier time is wrong. */
export const programReleased = "2026-11-24T00:00:00Z";
