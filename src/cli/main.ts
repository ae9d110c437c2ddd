import { programVersion } from "./version.ts";

/**
 * The only composition root: here the program gets its machine. Everything but the version is loaded
 * when it is needed, so that `--version` costs hardly more than starting Node.
 */
const args = process.argv.slice(2);
const isVersionOnly = args.length === 1 && (args[0] === "--version" || args[0] === "-V");

if (isVersionOnly) {
  process.stdout.write(`${programVersion}\n`);
} else {
  const [{ runProcess }, { nodePlatform }, { hostOfTest }] = await Promise.all([
    import("./process.ts"),
    import("../platform/node.ts"),
    import("./environment.ts"),
  ]);
  await runProcess(args, nodePlatform(hostOfTest(process.env)));
}
