// Makes the packages of a release from a built checkout: docs/install.md tells what they are for. The same checkout,
// built by the same tools, gives the same bytes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { env, exit, stderr, stdout, umask } from "node:process";
import { parseArgs } from "node:util";
import { makeDebianPackage } from "./debian.mjs";
import { maintainer } from "./maintainer.mjs";
import { run } from "./run.mjs";
import { makeTree } from "./tree.mjs";

const { values } = parseArgs({ options: { out: { type: "string", default: "dist-package" } } });
const out = resolve(values.out);
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const name = `orchestrator-${version}`;
const epoch = sourceDateEpoch();
Object.assign(env, { SOURCE_DATE_EPOCH: String(epoch), LC_ALL: "C", TZ: "UTC" });

umask(0o022);
const work = mkdtempSync(join(tmpdir(), "orchestrator-package-"));
try {
  const by = maintainer();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const tree = join(work, name);
  makeTree(tree, epoch);
  run("npm", ["pack", "--silent", "--pack-destination", out, tree]);
  makeTarball(join(out, `${name}-device.tar.gz`));
  makeDebianPackage(tree, { root: join(work, "root"), out, version, epoch, maintainer: by });
  writeFileSync(join(out, "SHA256SUMS"), sums(out));
  stdout.write(readFileSync(join(out, "SHA256SUMS")));
} catch (error) {
  stderr.write(`package: ${error.message}\n`);
  exit(1);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** For devices without dpkg: the tree, whose bin/install-device puts everything in its place. */
function makeTarball(file) {
  const owners = ["--owner=0", "--group=0", "--numeric-owner"];
  const tar = file.replace(/\.gz$/, "");
  run("tar", ["--sort=name", `--mtime=@${epoch}`, ...owners, "-C", work, "-cf", tar, name]);
  run("gzip", ["-n", "-9", tar]);
}

/**
 * The time that all files are said to be of, in seconds: that of the last commit, unless the environment says another.
 */
function sourceDateEpoch() {
  const given = env["SOURCE_DATE_EPOCH"];
  const told =
    given ?? spawnSync("git", ["log", "-1", "--format=%ct"], { encoding: "utf8" }).stdout?.trim();
  if (/^\d+$/.test(told ?? "")) return Number(told);
  stderr.write("package: set SOURCE_DATE_EPOCH to seconds since 1970; no commit tells a time\n");
  exit(1);
}

function sums(directory) {
  return readdirSync(directory)
    .toSorted()
    .map((file) => {
      const sum = createHash("sha256").update(readFileSync(join(directory, file)));
      return `${sum.digest("hex")}  ${file}\n`;
    })
    .join("");
}
