// The last step of the build: installs the seed's System in a scratch directory, and keeps the code that V8 has
// made of the program meanwhile; see src/platform/kept-code.ts.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { loadProgram } from "../dist/kept-code.js";

const directory = mkdtempSync(join(tmpdir(), "orchestrator-build-"));
cpSync("fixtures/systems/seed", directory, { recursive: true });
for (const name of readdirSync(join(directory, "interfaces/v1"))) {
  chmodSync(join(directory, "interfaces/v1", name), 0o755);
}
mkdirSync(join(directory, "datastore"));
Object.assign(env, {
  MENDER_ORCHESTRATOR_DATA_DIR: directory,
  MENDER_ORCHESTRATOR_CONF_DIR: join(directory, "conf"),
  MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "datastore"),
  MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
});

const program = loadProgram(resolve("dist/main.cjs"));
// What it shows is of no interest, unless it fails.
const shown = [];
const tell = process.stderr.write.bind(process.stderr);
process.stdout.write = process.stderr.write = (text, taken) => {
  taken?.();
  return shown.push(text) > 0;
};
process.on("exit", (status) => {
  rmSync(directory, { recursive: true, force: true });
  if (status === 0) program.keep();
  else tell(shown.join(""));
});
await program.exports.main(["install", join(directory, "manifest-v2.yaml")]);
