import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Board, imageOf, plugIn, serialWorks } from "../../support/mcu-case.ts";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { type Called, shellIn, usualShells } from "../../support/shells.ts";
import { copyShippedInterfaces } from "../../support/shipped-system.ts";
import { widening } from "../../support/tier.ts";

/** The Interface `serial-mcu`, state by state, with a board behind a pseudo terminal. */

interface Device {
  readonly board: Board;
  readonly call: (state: string, args?: readonly string[]) => Called;
  /** Begins an update to this version, whose payload is `image`. */
  readonly begin: (version: string, image?: Uint8Array) => void;
}

function deviceWith(shell: readonly string[], runs: Uint8Array): Device {
  const directory = scratchDirectory();
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  copyShippedInterfaces(path("interfaces"));
  const board = plugIn(path("board"), runs);
  onTestFinished(() => board.unplug());
  const run = shellIn(shell, path("programs"), {
    path: process.env["PATH"] ?? "",
    instead: ["rx"],
  });
  let deployments = 0;
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(path("work", name), content);
  for (const name of ["tmp", "header", "files"]) mkdirSync(path("work", name), { recursive: true });
  return {
    board,
    call: (state, args = ["M1", board.device, "115200", "20"]) =>
      run(path("interfaces/v1/serial-mcu"), [state, path("work"), "mcu", ...args], {
        cwd: path("work"),
        env: { MENDER_ORCHESTRATOR_DATASTORE_DIR: path("datastore") },
      }),
    begin(version, image = imageOf(version)) {
      deployments += 1;
      write("deployment_id", `d${deployments}\n`);
      write("header/payload_type", "serial-mcu");
      write("header/artifact_name", version);
      write("files/image.bin", image);
    },
  };
}

const works = [serialWorks(), needs("dash"), needs("busybox")].every(Boolean);

describe.skipIf(!works).each(usualShells)("in $name", ({ command }) => {
  const device = (runs = imageOf("mcu-v1")) => deviceWith(command, runs);

  test("asks the board itself what it runs", () => {
    expect(device().call("Provides")).toEqual({
      status: 0,
      stdout: "artifact_name=mcu-v1\nrootfs-image.serial-mcu.version=mcu-v1\n",
      stderr: "",
    });
    const empty = device(new Uint8Array(0));
    expect(empty.call("Provides").stdout).toBe("rootfs-image.serial-mcu.version=\n");
  });

  test("has a rollback for what it has installed itself, and keeps that for the next update", () => {
    const { board, call, begin } = device();
    begin("mcu-v2");
    expect(call("SupportsRollback").stdout).toBe("No\n");
    expect(call("ArtifactInstall")).toMatchObject({ status: 0 });
    expect(board.runs()).toBe("mcu-v2");
    expect(call("Cleanup")).toMatchObject({ status: 0 });
    expect(call("Cleanup")).toMatchObject({ status: 0 });

    begin("mcu-v3");
    expect(call("SupportsRollback").stdout).toBe("Yes\n");
    expect(call("ArtifactInstall")).toMatchObject({ status: 0 });
    expect(call("ArtifactInstall")).toMatchObject({ status: 0 });
    expect(board.runs()).toBe("mcu-v3");
    expect(call("ArtifactRollback")).toMatchObject({ status: 0 });
    expect(board.runs()).toBe("mcu-v2");
    expect(call("Cleanup")).toMatchObject({ status: 0 });
    expect(call("SupportsRollback").stdout).toBe("Yes\n");
  });

  test(
    "restores nothing for another deployment",
    widening(() => {
      const { board, call, begin } = device();
      begin("mcu-v2");
      call("ArtifactInstall");
      call("Cleanup");
      begin("mcu-v3");
      call("ArtifactInstall");
      begin("mcu-v4");
      expect(call("ArtifactRollback")).toMatchObject({ status: 0 });
      expect(board.runs()).toBe("mcu-v3");
    }),
  );

  test("fails where the board does not run what was uploaded", () => {
    const { board, call, begin } = device();
    begin("mcu-v2", imageOf("mcu-v1.9"));
    const other = call("ArtifactInstall");
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('after the upload of mcu-v2 the board runs "mcu-v1.9"');

    const broken = imageOf("mcu-v2");
    broken[10_000] = (broken[10_000] ?? 0) ^ 1;
    begin("mcu-v2", broken);
    expect(call("ArtifactInstall").stderr).toContain('the board runs ""');
    expect(board.runs()).toBeNull();
  });
});

test.skipIf(!works)(
  "a line that another program holds has an unknown version",
  async () => {
    const { board, call } = deviceWith(["dash"], imageOf("mcu-v1"));
    const holder = spawn("flock", [board.device, "cat"], { stdio: ["pipe", "pipe", "ignore"] });
    holder.stdin.write("held\n");
    await once(holder.stdout, "data");
    const { status, stdout } = call("Provides");
    holder.stdin.end();
    expect({ status, stdout }).toEqual({ status: 0, stdout: "rootfs-image.serial-mcu.version=\n" });
  },
  120_000,
);

test.skipIf(!works).each([
  [["M1"], "interface_args must be an id and a serial device, and are: M1"],
  [["M1", "ttyUSB0"], 'the serial device must be an absolute path, and is "ttyUSB0"'],
  [["M1", "/dev/null/none"], 'there is no "/dev/null/none"'],
  [["M1", "/dev"], '"/dev" is no serial device'],
  [["a/b", "/dev/null"], 'the id must be of letters, digits, "-", "_" and ".", and is "a/b"'],
  [["M1", "/dev/null", "fast"], "speed and seconds must be numbers, and are: fast"],
])("interface_args that cannot be: %j", (args, message) => {
  const { call } = deviceWith(["dash"], imageOf("mcu-v1"));
  expect(call("Provides", args)).toMatchObject({ status: 1, stdout: "" });
  expect(call("Provides", args).stderr).toContain(message);
});
