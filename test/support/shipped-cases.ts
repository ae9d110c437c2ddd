import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeRemoteMachine, remoteMachine } from "./remote-machine.ts";
import type { Place, Release, ShippedCase } from "./shipped-system.ts";

/** Components for the Interfaces that come with the program. */

const told = (type: string, version: Release) => `${type} ${version}\n`;

/** A file that says which release it is, whole; else what is there. */
function releaseIn(file: string, type: string): string {
  if (!existsSync(file)) return "nothing";
  const text = readFileSync(file, "utf8");
  return (["v1", "v2"] as const).find((version) => text === told(type, version)) ?? text;
}

export function singleFile(type = "tool"): ShippedCase {
  return {
    type,
    interface: "single-file",
    payloadType: "single-file",
    args: (path) => [path(type, "tool.conf")],
    prepare(path) {
      writeFileSync(path(type, "tool.conf"), told(type, "v1"));
      mkdirSync(path(type, ".tool.conf.orchestrator"));
      const sum = createHash("sha256").update(told(type, "v1")).digest("hex");
      writeFileSync(path(type, ".tool.conf.orchestrator/versions"), `${sum}  ${type}-v1\n`);
    },
    payload: (version) => ({ "tool.conf": told(type, version) }),
    runs: (path) => releaseIn(path(type, "tool.conf"), type),
  };
}

export function directory(type = "app"): ShippedCase {
  return {
    type,
    interface: "directory",
    payloadType: "directory",
    args: (path) => [path(type)],
    prepare(path) {
      mkdirSync(path(type, "a"));
      writeFileSync(path(type, "a/first"), told(type, "v1"));
      writeFileSync(path(type, "a/second"), told(type, "v1"));
      writeFileSync(path(type, "a.version"), `${type}-v1\n`);
      symlinkSync("a", path(type, "current"));
    },
    payload: (version) => ({
      "app.tar": tarOf({ first: told(type, version), second: told(type, version) }),
    }),
    runs(path) {
      const [first, second] = ["first", "second"].map((name) =>
        releaseIn(path(type, "current", name), type),
      );
      return first === second ? (first ?? "nothing") : `${first} and ${second}`;
    },
  };
}

/** The same Component on another machine: one for all of a System, whose PATH begins with what the System kills by. */
export function overSsh(inner: ShippedCase): ShippedCase {
  const machine = (path: Place) => path("machine");
  return {
    ...inner,
    interface: "ssh",
    args: (path) => [
      `${remoteMachine(machine(path)).host}:${path("there")}`,
      inner.interface,
      ...inner.args(path),
    ],
    prepare(path) {
      inner.prepare(path);
      if (existsSync(machine(path))) return;
      makeRemoteMachine(machine(path), `${path("programs")}:${process.env["PATH"] ?? ""}`);
    },
    environment: (path) => remoteMachine(machine(path)).environment,
    end: (path) => remoteMachine(machine(path)).cut(),
  };
}

export function tarOf(files: Readonly<Record<string, string>>): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-tar-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text);
    return execFileSync("tar", ["-cf", "-", "-C", scratch, ...Object.keys(files)]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
