/** The version of this program; the same as in package.json, which a test demands. */
export const programVersion = "0.1.0";
