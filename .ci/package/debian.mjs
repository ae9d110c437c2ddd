import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { env } from "node:process";
import { gzipSync } from "node:zlib";
import { run } from "./run.mjs";
import { makeEven } from "./tree.mjs";

const documents = "usr/share/doc/orchestrator";
const library = "usr/lib/mender-orchestrator";
const scripts = ["preinst", "postinst", "prerm", "postrm"];

/** Makes the Debian package of what bin/install-device puts on a device, with the documents beside it. */
export function makeDebianPackage(tree, { root, out, version, epoch, maintainer }) {
  run("sh", [join(tree, "bin/install-device"), "--root", root, "--no-enable"]);
  rmSync(join(root, library, "installed-files"));
  rmSync(join(root, library, "LICENSE"));
  addDocuments(tree, root, { version, epoch, maintainer });
  compress(join(root, "usr/share/man/man1"));
  const debian = join(root, "DEBIAN");
  mkdirSync(debian);
  writeFileSync(join(debian, "md5sums"), sums(root));
  writeFileSync(join(debian, "control"), control(root, { version, maintainer }));
  for (const name of scripts) {
    cpSync(join(".ci/package/debian", name), join(debian, name));
    chmodSync(join(debian, name), 0o755);
  }
  makeEven(root, epoch);
  chmodSync(join(root, "var/lib/mender-orchestrator"), 0o700);
  // The same bytes on however many processors.
  const file = join(out, `orchestrator_${debianVersion(version)}_all.deb`);
  run("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", root, file], {
    env: { ...env, DPKG_DEB_THREADS_MAX: "1" },
  });
}

function addDocuments(tree, root, { version, epoch, maintainer }) {
  const to = (name) => join(root, documents, name);
  cpSync(join(tree, "docs"), to("docs"), { recursive: true });
  cpSync(join(tree, "README.md"), to("README.md"));
  cpSync(".ci/package/debian/copyright", to("copyright"));
  writeFileSync(to("changelog.gz"), gzipSync(readFileSync("CHANGELOG.md"), { level: 9 }));
  writeFileSync(
    to("changelog.Debian.gz"),
    gzipSync(debianChangelog({ version, epoch, maintainer }), { level: 9 }),
  );
  const overrides = "usr/share/lintian/overrides/orchestrator";
  mkdirSync(dirname(join(root, overrides)), { recursive: true });
  cpSync(".ci/package/debian/lintian-overrides", join(root, overrides));
}

function debianChangelog({ version, epoch, maintainer }) {
  const date = new Date(epoch * 1000).toUTCString().replace("GMT", "+0000");
  return `orchestrator (${debianVersion(version)}) unstable; urgency=medium

  * Release ${version}; changelog.gz tells what is new.

 -- ${maintainer}  ${date}
`;
}

/** A candidate comes before its release. */
function debianVersion(version) {
  return `${version.replace("-", "~")}-1`;
}

function control(root, { version, maintainer }) {
  const template = readFileSync(".ci/package/debian/control", "utf8");
  const kilobytes = filesBelow(root).reduce(
    (sum, name) => sum + Math.ceil(lstatSync(join(root, name)).size / 1024),
    0,
  );
  return template
    .replace("@version@", debianVersion(version))
    .replace("@maintainer@", () => maintainer)
    .replace("@size@", String(kilobytes));
}

function sums(root) {
  return filesBelow(root)
    .filter((name) => lstatSync(join(root, name)).isFile())
    .map((name) => {
      const sum = createHash("md5").update(readFileSync(join(root, name)));
      return `${sum.digest("hex")}  ${name}\n`;
    })
    .join("");
}

function filesBelow(root) {
  return readdirSync(root, { recursive: true })
    .filter((name) => !lstatSync(join(root, name)).isDirectory() && !name.startsWith("DEBIAN/"))
    .toSorted((one, other) => (one < other ? -1 : 1));
}

function compress(directory) {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    writeFileSync(file, gzipSync(readFileSync(file), { level: 9 }));
    renameSync(file, `${file}.gz`);
  }
}
