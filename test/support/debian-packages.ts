import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A package for every architecture that needs nothing. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** By their places below the root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Those of `files` that somebody may change on the device. */
  readonly conffiles?: readonly string[];
  /** By name, `postinst` for example; they get the root as $DPKG_ROOT. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** The .deb, made by the real dpkg-deb. */
export function debOf({
  name,
  version,
  files = {},
  conffiles = [],
  scripts = {},
}: DebianPackage): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-deb-"));
  try {
    const tree = join(scratch, "tree");
    const write = (place: string, text: string, mode?: number) => {
      mkdirSync(dirname(join(tree, place)), { recursive: true, mode: 0o755 });
      writeFileSync(join(tree, place), text, mode === undefined ? {} : { mode });
    };
    write(
      "DEBIAN/control",
      `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: ${name}\n`,
    );
    for (const [place, text] of Object.entries(files)) write(place, text);
    if (conffiles.length > 0) {
      write("DEBIAN/conffiles", conffiles.map((place) => `/${place}\n`).join(""));
    }
    for (const [script, text] of Object.entries(scripts)) {
      write(`DEBIAN/${script}`, `#!/bin/sh\n${text}`, 0o755);
    }
    const file = join(scratch, "package.deb");
    execFileSync("dpkg-deb", ["--root-owner-group", "-Znone", "--build", tree, file], {
      env: { ...process.env, SOURCE_DATE_EPOCH: "1700000000" },
    });
    return readFileSync(file);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What has dpkg work on a throw-away root that has no programs of its own, and without waiting for the disk. */
export function debianRoot(root: string): Readonly<Record<string, string>> {
  return { DPKG_ROOT: root, DPKG_FORCE: "script-chrootless,not-root,unsafe-io" };
}

/** Makes a root on which no package is installed. */
export function makeDebianRoot(root: string): void {
  for (const name of ["info", "updates", "triggers", "parts"]) {
    mkdirSync(join(root, "var/lib/dpkg", name), { recursive: true });
  }
  for (const name of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", name), "");
}

/** Calls the real dpkg on such a root, as an administrator would. */
export function dpkg(root: string, ...args: readonly string[]): void {
  execFileSync("dpkg", args, {
    env: { ...process.env, ...debianRoot(root) },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
