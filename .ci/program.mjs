// What the files of dist/ are made of; docs/architecture.md, "Start-up", tells why.

/** The packages that are in no other file: each is loaded by what needs it and by nothing else. */
export const apart = ["@homebridge/dbus-native", "@viz-js/viz", "execa", "log-update", "undici"];

/** Beside the program. */
export const fileOf = (name) => `${name.split("/").at(-1)}.cjs`;

export const shared = {
  bundle: true,
  minify: true,
  format: "cjs",
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
};

const besideIt = apart.map((name) => [name, `./${fileOf(name)}`]);

/** The program but for these packages. */
export const mainOptions = {
  entryPoints: ["src/cli/main.ts"],
  alias: {
    ...Object.fromEntries(besideIt),
    // Commander loads it for commands that are executables of their own. Ours has none, and loading it takes time.
    "node:child_process": "./src/cli/no-executables.ts",
  },
  external: besideIt.map(([, file]) => file),
  // What the program loads late it requires, so that it may be loaded with the code that was kept of it.
  supported: { "dynamic-import": false },
};
