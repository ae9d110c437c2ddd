import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { ComponentId, ComponentType } from "../../../src/core/ids.ts";
import { componentDirectory } from "../../../src/interface/component-directory.ts";
import { checkExecutable } from "../../../src/interface/executable.ts";
import {
  prepareWorkDir,
  removeWorkDir,
  withTemporaryWorkDir,
  workDirOf,
} from "../../../src/interface/work-dir.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { buildArtifact, soundArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { problemsOf } from "../../support/manifests.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { treeOf } from "../../support/tree.ts";

const files = nodeFiles();

async function contentOf(changes: Parameters<typeof buildArtifact>[0] = {}) {
  const source = memorySource("a.mender", await buildArtifact(changes));
  const artifact = await readArtifact(source, []);
  if (!artifact.ok) throw new Error(JSON.stringify(artifact.problems));
  return {
    componentType: ComponentType.parse("gateway"),
    provides: new Map([
      ["artifact_name", "gateway-v1"],
      ["rootfs-image.gateway.version", "gateway-v1"],
    ]),
    artifact: artifact.value,
    deploymentId: "d1-1",
  };
}

describe("the work dir of an update", () => {
  test("holds what the protocol lists, for the owner alone", async () => {
    const workDir = workDirOf(join(scratchDirectory(), "payloads"), ComponentId.parse("G13"));

    prepareWorkDir(files, workDir, await contentOf());

    expect(workDir.endsWith("/payloads/%4713")).toBe(true);
    expect(treeOf(workDir)).toEqual({
      ".": "drwx------",
      version: "-rw------- 1\n",
      deployment_id: "-rw------- d1-1\n",
      current_artifact_group: "-rw------- ",
      current_artifact_name: "-rw------- gateway-v1\n",
      current_device_type: "-rw------- gateway\n",
      header: "drwx------",
      "header/artifact_group": "-rw------- ",
      "header/artifact_name": "-rw------- gateway-v2",
      "header/payload_type": "-rw------- gateway-image",
      "header/header-info": `-rw------- ${JSON.stringify(soundArtifact.headerInfo)}`,
      "header/type-info": `-rw------- ${JSON.stringify(soundArtifact.typeInfo)}`,
      "header/meta-data": "-rw------- ",
      tmp: "drwx------",
    });
  });

  test("groups and meta-data are there where there are any, byte for byte", async () => {
    const workDir = join(scratchDirectory(), "w");
    const metaData = '{ "b":1,\n "a" : [2] }\n';
    const headerInfo = {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: "gateway-v2", artifact_group: "new group" },
      artifact_depends: { device_type: ["gateway"] },
    };
    const content = await contentOf({
      headerInfo,
      header: [
        { name: "header-info", content: JSON.stringify(headerInfo) },
        { name: "headers/0000/type-info", content: JSON.stringify(soundArtifact.typeInfo) },
        { name: "headers/0000/meta-data", content: metaData },
      ],
    });

    prepareWorkDir(files, workDir, {
      ...content,
      provides: new Map([["artifact_group", "old group"]]),
    });

    expect(treeOf(workDir)).toMatchObject({
      current_artifact_group: "-rw------- old group\n",
      current_artifact_name: "-rw------- ",
      "header/artifact_group": "-rw------- new group",
      "header/meta-data": `-rw------- ${metaData}`,
    });
  });

  test("nothing of an earlier update is left in it", async () => {
    const workDir = join(scratchDirectory(), "w");
    mkdirSync(join(workDir, "files"), { recursive: true });
    mkdirSync(join(workDir, "tmp"));
    writeFileSync(join(workDir, "files/old.bin"), "old");
    writeFileSync(join(workDir, "tmp/backup"), "old");

    prepareWorkDir(files, workDir, await contentOf());

    expect(Object.keys(treeOf(workDir)).filter((name) => /files|backup/.test(name))).toEqual([]);
  });

  test("but for tmp/, where it was made for the same deployment and stage", async () => {
    const workDir = join(scratchDirectory(), "w");
    prepareWorkDir(files, workDir, await contentOf());
    mkdirSync(join(workDir, "files"));
    writeFileSync(join(workDir, "files/old.bin"), "old");
    writeFileSync(join(workDir, "tmp/backup"), "old");

    prepareWorkDir(files, workDir, await contentOf());
    expect(existsSync(join(workDir, "files"))).toBe(false);
    expect(readFileSync(join(workDir, "tmp/backup"), "utf8")).toBe("old");

    prepareWorkDir(files, workDir, { ...(await contentOf()), deploymentId: "d1-2" });
    expect(existsSync(join(workDir, "tmp/backup"))).toBe(false);
    expect(readFileSync(join(workDir, "deployment_id"), "utf8")).toBe("d1-2\n");
  });

  test("its removal follows no link that an Interface has put there", () => {
    const directory = scratchDirectory();
    const places = { payloads: join(directory, "p"), setAside: join(directory, "s") };
    const id = ComponentId.parse("w");
    const workDir = join(directory, "p/w");
    mkdirSync(workDir, { recursive: true });
    writeFileSync(join(directory, "precious"), "still here");
    symlinkSync(directory, join(workDir, "link"));

    removeWorkDir(files, places, id);
    removeWorkDir(files, places, id);

    expect(existsSync(workDir)).toBe(false);
    expect(readFileSync(join(directory, "precious"), "utf8")).toBe("still here");
  });
});

describe("the work dir of a query outside a deployment", () => {
  test("has a version and an empty tmp/, and is gone afterwards", async () => {
    const seen = await withTemporaryWorkDir(files, (workDir) =>
      Promise.resolve({ workDir, tree: treeOf(workDir) }),
    );

    expect(seen.tree).toEqual({ ".": "drwx------", version: "-rw------- 1\n", tmp: "drwx------" });
    expect(existsSync(seen.workDir)).toBe(false);
  });

  test("is gone as well where the query threw", async () => {
    let seen = "";
    const failing = withTemporaryWorkDir(files, (workDir) => {
      seen = workDir;
      return Promise.reject(new Error("a bug"));
    });

    await expect(failing).rejects.toThrow("a bug");
    expect(existsSync(seen)).toBe(false);
  });
});

describe("the directory of a Component", () => {
  test.each([
    ["rtos-1_a.b", "rtos-1_a.b"],
    ["R456", "%52456"],
    ["r456", "r456"],
    ["..", "%2e."],
    [".hidden", "%2ehidden"],
    ["a/../b", "a%2f..%2fb"],
    ["%2e.", "%252e."],
    ["é", "%c3%a9"],
    ["a b", "a%20b"],
  ])("%s: %s", (id, name) => {
    expect(componentDirectory(ComponentId.parse(id))).toBe(name);
  });

  test("one that would be too long ends in its SHA-256", () => {
    const long = ComponentId.parse("x".repeat(256));
    expect(componentDirectory(long)).toBe(
      `${"x".repeat(55)}~85e62acd750c4eb56b7b6a1d66dca5bfaac5f062608a1a893410d0288936c09a`,
    );
    expect(componentDirectory(ComponentId.parse(`${"x".repeat(255)}y`))).not.toBe(
      componentDirectory(long),
    );
  });
});

describe("the executable", () => {
  function executable(mode: number) {
    const path = join(scratchDirectory(), "board");
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, mode);
    return path;
  }

  test("an executable file that only its owner can write is in order, a link to one too", () => {
    const path = executable(0o755);
    const link = join(scratchDirectory(), "link");
    symlinkSync(path, link);

    expect(checkExecutable(files, path, false)).toEqual({ ok: true, value: path });
    expect(checkExecutable(files, link, false)).toEqual({ ok: true, value: path });
    expect(checkExecutable(files, executable(0o700), false).ok).toBe(true);
  });

  test.each([0o775, 0o757, 0o777])("mode %o can be changed by others", (mode) => {
    const path = executable(mode);

    expect(checkExecutable(files, path, false)).toEqual({
      ok: false,
      problems: [
        {
          code: "interface-writable",
          message: `The Interface "${path}" can be changed by others than its owner.`,
          expected: "mode 0755",
          got: `mode 0${mode.toString(8)}`,
          hint: `Run: chmod go-w '${path}'; for development the configuration can allow it.`,
        },
      ],
    });
    expect(checkExecutable(files, path, true).ok).toBe(true);
  });

  describe("that the kernel will not run is refused, for it would be fed to a shell", () => {
    function file(content: Uint8Array | string): string {
      const path = executable(0o755);
      writeFileSync(path, content);
      return path;
    }

    const program = readFileSync("/proc/self/exe").subarray(0, 4096);
    const changed = (change: (header: Buffer) => void): Buffer => {
      const header = Buffer.from(program);
      change(header);
      return header;
    };
    const forOther = changed((header) => header.writeUInt16LE(243, 18));
    const messageOf = (content: Uint8Array | string): string => {
      const path = file(content);
      const checked = checkExecutable(files, path, false);
      if (checked.ok) return "ok";
      expect(checked.problems.map(({ code }) => code)).toEqual(["interface-not-runnable"]);
      return checked.problems[0]?.message.replace(path, "PATH") ?? "";
    };

    test.each<[string, Uint8Array | string, string]>([
      ["of another machine", forOther, "it is an ELF program for another machine (RISC-V, not "],
      [
        "an object file",
        changed((header) => header.writeUInt16LE(1, 16)),
        "it is an ELF file, but no program.",
      ],
      ["cut off", program.subarray(0, 20), "it is an ELF file that was cut off."],
      ["of another system", Buffer.from("MZ\0\u0003"), "it is a binary that is no ELF file."],
    ])("%s", (_, content, why) => {
      expect(messageOf(content)).toContain(
        `The Interface "PATH" cannot be run on this machine: ${why}`,
      );
    });

    test.each<[string, Uint8Array | string]>([
      ["a program of this machine", program],
      ["a script", "#!/bin/sh\n"],
      ["a script without its first line", "echo hello\n"],
      ["an empty file", ""],
    ])("%s is in order", (_, content) => {
      expect(messageOf(content)).toBe("ok");
    });
  });

  test("both problems of one file are told", () => {
    const checked = checkExecutable(files, executable(0o666), false);
    expect(checked.ok ? [] : checked.problems.map(({ code }) => code)).toEqual([
      "interface-not-executable",
      "interface-writable",
    ]);
  });

  test("a directory, nothing, a dangling link, and a place that is no directory are none, and what is there is told", () => {
    const directory = scratchDirectory();
    const empty = scratchDirectory();
    const dangling = join(directory, "dangling");
    symlinkSync("nowhere", dangling);
    const told = [
      directory,
      join(directory, "gone"),
      dangling,
      join(empty, "gone"),
      join(empty, "gone/gone"),
      join(executable(0o755), "x"),
    ].map((path) => {
      const [problem] = problemsOf(checkExecutable(files, path, false));
      return `${problem?.message ?? ""} ${problem?.got ?? ""}`
        .replace(path, "PATH")
        .replace(empty, "EMPTY");
    });
    expect(told).toEqual([
      'The Interface "PATH" is not a file. directory',
      'There is no Interface "PATH". nothing; beside it: "dangling"',
      'There is no Interface "PATH". a link that leads nowhere',
      'There is no Interface "PATH". nothing; the directory is empty',
      'There is no Interface "PATH". nothing; "EMPTY/gone" cannot be read',
      'The Interface "PATH" cannot be looked at: a part of the path is not a directory. ENOTDIR',
    ]);
  });
});
