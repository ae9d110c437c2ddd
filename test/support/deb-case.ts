import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { debianRoot, debOf, dpkg, makeDebianRoot } from "./debian-packages.ts";
import type { Place, Release, ShippedCase } from "./shipped-system.ts";

const versions = { v1: "1.0-1", v2: "2.0-1" } as const;

/**
 * A Component for the Interface `deb`: a package of the same name. A release is there when it is unpacked and its
 * script has configured it.
 */
export function debianPackage(type = "tool"): ShippedCase {
  return {
    type,
    interface: "deb",
    payloadType: "deb",
    args: () => [type],
    environment: (path) => debianRoot(path(type, "root")),
    prepare(path) {
      const root = path(type, "root");
      makeDebianRoot(root);
      writeFileSync(path(type, "v1.deb"), packageOf(type, "v1"));
      dpkg(root, "--install", path(type, "v1.deb"));
      mkdirSync(path("datastore/deb", type), { recursive: true });
      writeFileSync(path("datastore/deb", type, "names"), `${versions.v1} ${type}-v1\n`);
    },
    payload: (version) => ({ [`${type}.deb`]: packageOf(type, version) }),
    runs(path) {
      const told = [read(path, type, "unpacked"), read(path, type, "configured")];
      return told[0] === told[1] ? (told[0] ?? "nothing") : told.join(" and ");
    },
  };
}

/** Has a script of that version end itself, dpkg and the Interface, once. */
export function killIn(path: Place, type: string, script: string, version: Release): void {
  writeFileSync(path(type, "root/kill"), `${script} ${version}\n`);
}

function packageOf(type: string, version: Release): Uint8Array {
  const killed = (script: string) =>
    `[ "$(cat "$DPKG_ROOT/kill" 2>/dev/null)" != "${script} ${version}" ] || { rm "$DPKG_ROOT/kill"; kill -KILL 0; }\n`;
  return debOf({
    name: type,
    version: versions[version],
    files: { "opt/unpacked": `${version}\n`, "etc/tool.conf": "as delivered\n" },
    conffiles: ["etc/tool.conf"],
    scripts: {
      preinst: killed("preinst"),
      postinst: `${killed("postinst")}echo ${version} >"$DPKG_ROOT/opt/configured"\n`,
      prerm: killed("prerm"),
      postrm: killed("postrm"),
    },
  });
}

function read(path: Place, type: string, name: string): string | null {
  const file = path(type, "root/opt", name);
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd() : null;
}
