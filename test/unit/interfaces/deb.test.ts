import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  type DebianPackage,
  debianRoot,
  debOf,
  dpkg,
  makeDebianRoot,
} from "../../support/debian-packages.ts";
import { type InterfaceInShell, interfaceInShell } from "../../support/interface-in-shell.ts";
import { needs } from "../../support/needs.ts";
import { usualShells } from "../../support/shells.ts";

/** The Interface `deb`, state by state, with the real dpkg on a throw-away root. */

const works = [needs("dash"), needs("busybox"), needs("dpkg-deb"), needs("dpkg-repack")].every(
  Boolean,
);

const app = (version: string, more: Partial<DebianPackage> = {}): DebianPackage => ({
  name: "app",
  version,
  files: { "opt/app/release": `${version}\n`, "etc/app.conf": `of ${version}\n` },
  conffiles: ["etc/app.conf"],
  ...more,
});

interface Device extends Omit<InterfaceInShell, "begin"> {
  readonly begin: (artifact: string, payload: DebianPackage) => void;
  /** Installs as an administrator does. */
  readonly administrate: (payload: DebianPackage) => void;
}

/** `without` a program that nobody has to have. */
function device(shell: readonly string[], without: string | null = null): Device {
  const called = interfaceInShell({
    shell,
    name: "deb",
    args: () => ["app", "app"],
    env: (path) => debianRoot(path("root")),
    instead: ["dpkg", "dpkg-deb", "tar"],
    without,
  });
  const { path, begin, read } = called;
  makeDebianRoot(path("root"));
  return {
    ...called,
    begin: (artifact, payload) => begin(artifact, { "the package": debOf(payload) }),
    read: (place) => read("root", place),
    administrate(payload) {
      writeFileSync(path("by-hand.deb"), debOf(payload));
      dpkg(path("root"), "--install", path("by-hand.deb"));
    },
  };
}

const well: unknown = expect.objectContaining({ status: 0 });

describe.skipIf(!works).each(usualShells)("in $name", ({ command }) => {
  test("installs a package that was not there, and takes it away again", () => {
    const { call, begin, version, read, path } = device(command);
    expect(version()).toBe("?");
    begin("app-v1", app("1.0-1"));
    expect(call("SupportsRollback").stdout).toBe("Yes\n");
    const touched = ["sh", "-c", `date >>${path("changes")}`];
    expect(call("ArtifactInstall", ...touched)).toEqual(well);
    expect(version()).toBe("app-v1");
    expect(read("opt/app/release")).toBe("1.0-1\n");
    expect(call("ArtifactRollback", ...touched)).toEqual(well);
    expect(call("Cleanup", ...touched)).toEqual(well);
    expect(version()).toBe("?");
    expect([read("opt/app/release"), read("etc/app.conf")]).toEqual([null, null]);
    expect(readFileSync(path("changes"), "utf8").trimEnd().split("\n")).toHaveLength(2);
  });

  test("keeps the file that it has installed, for the rollback of the next update", () => {
    const { call, begin, version, read, path } = device(command);
    begin("app-v1", app("1.0-1"));
    for (const state of ["ArtifactInstall", "ArtifactCommit", "Cleanup", "Cleanup"]) {
      expect(call(state)).toEqual(well);
    }
    begin("app-v2", app("1:0.5-1"));
    for (const state of ["ArtifactInstall", "ArtifactInstall"]) expect(call(state)).toEqual(well);
    expect(version()).toBe("app-v2");
    expect(call("ArtifactRollback")).toEqual(well);
    expect(call("Cleanup")).toEqual(well);
    expect(version()).toBe("app-v1");
    expect(read("opt/app/release")).toBe("1.0-1\n");
    const kept = path("datastore/deb/app");
    expect(readFileSync(join(kept, "names"), "utf8")).toBe("1.0-1 app-v1\n");
    expect(readFileSync(join(kept, "installed.deb"))).toEqual(Buffer.from(debOf(app("1.0-1"))));
    expect(existsSync(join(kept, "before"))).toBe(false);
    expect(existsSync(join(kept, "new.deb"))).toBe(false);
  });

  test("has a package that came by another way made anew, with what was changed in it", () => {
    const { call, begin, version, read, path, administrate } = device(command);
    administrate(app("1.0-1"));
    writeFileSync(path("root/etc/app.conf"), "mine\n");
    expect(version()).toBe("app_1.0-1");
    begin("app-v2", app("2.0-1"));
    expect(call("SupportsRollback").stdout).toBe("Yes\n");
    expect(call("ArtifactInstall")).toEqual(well);
    expect([version(), read("etc/app.conf")]).toEqual(["app-v2", "mine\n"]);
    expect(call("ArtifactRollback")).toEqual(well);
    expect([version(), read("etc/app.conf")]).toEqual(["app_1.0-1", "mine\n"]);
    expect(read("opt/app/release")).toBe("1.0-1\n");
  });

  test("refuses what it cannot tell apart or is not for it, before anything is changed", () => {
    const { call, begin, version, administrate, path } = device(command);
    administrate(app("1.0-1"));
    begin("app-v1", app("1.0-1"));
    expect(call("ArtifactInstall").stderr).toContain(
      `"app" 1.0-1 is installed already as "app_1.0-1", and the Artifact is "app-v1": ` +
        `give the package another Debian version, or write "1.0-1 app-v1" into ${path("datastore/deb/app/names")}`,
    );
    begin("app-v2", app("2.0-1", { name: "other" }));
    expect(call("ArtifactInstall").stderr).toBe(
      'the Artifact has the package "other", and "app" was expected\n',
    );
    writeFileSync(path("work/files/the package"), "no package");
    expect(call("ArtifactInstall").status).not.toBe(0);
    expect(call("ArtifactRollback")).toEqual(well);
    expect(version()).toBe("app_1.0-1");
  });

  test("goes back where a script of the new package fails, and tells nothing of what is half there", () => {
    const { call, begin, version, read, administrate } = device(command);
    administrate(app("1.0-1"));
    begin("app-v2", app("2.0-1", { scripts: { postinst: "exit 1\n" } }));
    expect(call("ArtifactInstall").status).toBe(1);
    expect(version()).toBe("?");
    expect(call("ArtifactRollback")).toEqual(well);
    expect([version(), read("opt/app/release")]).toEqual(["app_1.0-1", "1.0-1\n"]);
  });

  test("has no way back from a package that nobody can make anew, and says so", () => {
    const { call, begin, version, administrate } = device(command, "dpkg-repack");
    administrate(app("1.0-1"));
    begin("app-v2", app("2.0-1"));
    expect(call("SupportsRollback").stdout).toBe("No\n");
    expect(call("ArtifactInstall").stdout).toContain(
      'there is no way back: no .deb of "app" 1.0-1 is kept, and dpkg-repack is not installed\n',
    );
    expect(call("ArtifactRollback").stderr).toBe(
      'there is no way back: nothing was kept of the former version of "app"\n',
    );
    expect(call("Cleanup")).toEqual(well);
    expect(version()).toBe("app-v2");
  });

  test("puts back in Cleanup what a rollback without its end has left", () => {
    const { call, begin, version, administrate, path } = device(command);
    administrate(app("1.0-1"));
    const killed = `[ -e ${path("spared")} ] || kill -KILL $PPID\n`;
    begin("app-v2", app("2.0-1", { scripts: { postinst: killed } }));
    expect(call("ArtifactInstall").status).not.toBe(0);
    expect(version()).toBe("?");
    expect(call("Cleanup")).toEqual(well);
    expect(version()).toBe("app_1.0-1");
  });
});

test.skipIf(!works)("waits where another dpkg is at work", async () => {
  const { start, begin, version, path } = device(["dash"]);
  const gate = path("gate");
  execFileSync("mkfifo", [gate]);
  const postinst = `echo begun; read -r _ <${gate}\n`;
  writeFileSync(path("slow.deb"), debOf({ name: "slow", version: "1", scripts: { postinst } }));
  const other = spawn("dpkg", ["--install", path("slow.deb")], {
    env: { ...process.env, ...debianRoot(path("root")) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const otherEnded = once(other, "exit");
  await told(other.stdout, "begun");
  begin("app-v1", app("1.0-1"));
  const install = start("ArtifactInstall");
  const ended = once(install, "exit");
  await told(install.stderr, "locked by another process");
  writeFileSync(gate, "go\n");
  expect(await ended).toEqual([0, null]);
  expect(version()).toBe("app-v1");
  await otherEnded;
});

/** Until somebody has said so. */
async function told(stream: Readable, text: string): Promise<void> {
  let all = "";
  for await (const piece of stream.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    all += String(piece);
    if (all.includes(text)) return;
  }
  throw new Error(`"${text}" was never said, but: ${all}`);
}
