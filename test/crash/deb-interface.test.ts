import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { debianPackage, killIn } from "../support/deb-case.ts";
import { needs } from "../support/needs.ts";
import { itKeepsWholeReleases } from "../support/shipped-kills.ts";
import { inTier } from "../support/tier.ts";

/** Scripts of packages, as dpkg runs them. */
const scripts = [
  { script: "postinst", version: "v2", way: "on the way" },
  { script: "postinst", version: "v1", way: "on the way back" },
  { script: "prerm", version: "v1", way: "on the way" },
  { script: "preinst", version: "v2", way: "on the way" },
  { script: "postrm", version: "v1", way: "on the way" },
  { script: "prerm", version: "v2", way: "on the way back" },
  { script: "preinst", version: "v1", way: "on the way back" },
  { script: "postrm", version: "v2", way: "on the way back" },
] as const;

/** A System with a Debian package among its Components, on a throw-away root of the real dpkg. */
describe.skipIf(![needs("dpkg-deb"), needs("dpkg-repack")].every(Boolean))(
  "the Interface for Debian packages",
  () => {
    const open = itKeepsWholeReleases([debianPackage()]);

    it.each(inTier(scripts.slice(0, 2), [...scripts]))(
      "killed in $script of $version, $way, ends in a whole v1",
      ({ script, version, way }) => {
        const { install, runs, told, path, failLate } = open();
        if (way === "on the way back") failLate();
        killIn(path, "tool", script, version);
        expect(install("v2")).toMatchObject({ exit: 22 });
        expect(existsSync(path("tool/root/kill"))).toBe(false);
        expect(runs()).toEqual(["v1", "v1"]);
        expect(told()).toEqual(["v1", "v1"]);
      },
      120_000,
    );
  },
);
