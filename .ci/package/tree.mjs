import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { execPath } from "node:process";
import { billOfMaterials, thirdPartyLicences } from "./licences.mjs";
import { run } from "./run.mjs";

const parts = ["bin", "docs", "fixtures/systems/seed", "README.md", "CHANGELOG.md", "LICENSE"];
/** Compiled code is of the Node and the processor that have built it. */
const isCompiledCode = (name) => name.endsWith(".code");

/** Writes what every package is made of: the program as in a checkout, built, with what is made from it. */
export function makeTree(tree, epoch) {
  for (const part of parts) cpSync(part, join(tree, part), { recursive: true });
  cpSync("dist", join(tree, "dist"), {
    recursive: true,
    filter: (from) => !isCompiledCode(from),
  });
  const made = madeFiles(epoch);
  for (const [name, text] of Object.entries(made)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  makeEven(tree, epoch);
}

function madeFiles(epoch) {
  const answerOf = (...args) => run(execPath, ["bin/orchestrator", ...args]);
  const bill = billOfMaterials(epoch);
  const shells = manualAndCompletions(answerOf);
  return {
    ...shells,
    "sbom.cdx.json": `${JSON.stringify(bill, null, 2)}\n`,
    "THIRD-PARTY-LICENSES": thirdPartyLicences(bill),
    "package.json": packageJson(Object.keys(shells).filter((name) => name.endsWith(".1"))),
  };
}

function manualAndCompletions(answerOf) {
  const [bash, zsh, fish] = ["bash", "zsh", "fish"].map((shell) => answerOf("completion", shell));
  return {
    "share/man/orchestrator.1": answerOf("man"),
    "share/man/mender-orchestrator.1": ".so man1/orchestrator.1\n",
    "share/bash/orchestrator": bash,
    "share/bash/mender-orchestrator": bash,
    "share/zsh/_orchestrator": zsh,
    "share/fish/orchestrator.fish": fish,
    "share/fish/mender-orchestrator.fish": fish,
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8"));

/** All that it needs is in dist/: whoever installs it fetches nothing else. */
function packageJson(man) {
  const { name, version, description, license, type, engines, bin } = manifest;
  const told = { name, version, description, license, type, private: true, engines, bin, man };
  return `${JSON.stringify(told, null, 2)}\n`;
}

/** Whatever the umask and the times of the checkout were. */
export function makeEven(path, epoch) {
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return;
  if (status.isDirectory()) {
    for (const name of readdirSync(path)) makeEven(join(path, name), epoch);
    chmodSync(path, 0o755);
  } else {
    chmodSync(path, (status.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  utimesSync(path, epoch, epoch);
}
