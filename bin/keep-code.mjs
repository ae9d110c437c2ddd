#!/usr/bin/env node
// Keeps the code that V8 makes of the program, so that each start is faster (src/platform/kept-code.ts): plans and
// installs the seed's System in a scratch directory, and writes what V8 has made meanwhile beside the program. The last
// step of the build; and for devices with room for it, see docs/install.md.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { argv, env } from "node:process";
import { loadProgram } from "../dist/kept-code.cjs";

const here = resolve(import.meta.dirname, "..");
const command = argv.slice(2);
if (command.length > 0) await keepCodeOf(command);
else process.exitCode = keepAll();

/** What is kept is named by the command that was run. */
function keepAll() {
  const directory = mkdtempSync(join(tmpdir(), "orchestrator-build-"));
  try {
    cpSync(join(here, "fixtures/systems/seed"), directory, { recursive: true });
    for (const name of readdirSync(join(directory, "interfaces/v1"))) {
      chmodSync(join(directory, "interfaces/v1", name), 0o755);
    }
    mkdirSync(join(directory, "datastore"));
    const manifest = join(directory, "manifest-v2.yaml");
    return (
      kept(directory, ["plan", manifest, "--state", join(directory, "state-v1.yaml")]) ||
      kept(directory, ["install", manifest])
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The exit status. */
function kept(directory, command) {
  const { status } = spawnSync(process.execPath, [import.meta.filename, ...command], {
    stdio: "inherit",
    env: {
      ...env,
      MENDER_ORCHESTRATOR_DATA_DIR: directory,
      MENDER_ORCHESTRATOR_CONF_DIR: join(directory, "conf"),
      MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "datastore"),
      MENDER_ORCHESTRATOR_TOPOLOGY_DIR: directory,
    },
  });
  return status ?? 1;
}

async function keepCodeOf(command) {
  const program = loadProgram(join(here, "dist/main.cjs"), command[0]);
  // What it shows is of no interest, unless it fails.
  const shown = [];
  const tell = process.stderr.write.bind(process.stderr);
  process.stdout.write = process.stderr.write = (text, taken) => {
    taken?.();
    return shown.push(text) > 0;
  };
  process.on("exit", (status) => {
    if (status === 0) keep(program, tell);
    else tell(shown.join(""));
  });
  await program.exports.main(command);
}

function keep(program, tell) {
  try {
    program.keep();
  } catch (error) {
    tell(`keep-code: ${error.message}\n`);
    process.exitCode = 15;
  }
}
