#!/usr/bin/env node
// Keeps the code that V8 makes of the program, so that each start is faster (src/platform/kept-code.ts): installs the
// seed's System in a scratch directory, and writes what V8 has made meanwhile beside the program. The last step of the
// build; and for devices with room for it, see docs/install.md.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { loadProgram } from "../dist/kept-code.cjs";

const here = resolve(import.meta.dirname, "..");
const directory = mkdtempSync(join(tmpdir(), "orchestrator-build-"));
cpSync(join(here, "fixtures/systems/seed"), directory, { recursive: true });
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

const program = loadProgram(join(here, "dist/main.cjs"));
// What it shows is of no interest, unless it fails.
const shown = [];
const tell = process.stderr.write.bind(process.stderr);
process.stdout.write = process.stderr.write = (text, taken) => {
  taken?.();
  return shown.push(text) > 0;
};
process.on("exit", (status) => {
  rmSync(directory, { recursive: true, force: true });
  if (status === 0) keep();
  else tell(shown.join(""));
});
await program.exports.main(["install", join(directory, "manifest-v2.yaml")]);

function keep() {
  try {
    program.keep();
  } catch (error) {
    tell(`keep-code: ${error.message}\n`);
    process.exitCode = 15;
  }
}
