import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { startCall } from "../../../src/interface/call.ts";
import { download } from "../../../src/interface/download.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import type { ByteSource } from "../../../src/platform/types.ts";
import { buildArtifact, type TarPart } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { callSpec, downloadSpec, processesOf } from "../../support/interfaces.ts";
import { needs, placeOf } from "../../support/needs.ts";
import { makeRemoteMachine, type RemoteMachine, sshWorks } from "../../support/remote-machine.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { copyShippedInterfaces } from "../../support/shipped-system.ts";
import { usualShells } from "../../support/shells.ts";

/** The Interface `ssh` over a real sshd, with Interfaces of a few lines on the other side. */

const platform = nodePlatform();

interface Gateway {
  readonly path: (...parts: readonly string[]) => string;
  readonly machine: RemoteMachine;
  /** A file of the other machine's directory. */
  readonly there: (...parts: readonly string[]) => string;
  readonly download: (given?: Payload) => Promise<End>;
  readonly call: (state: Parameters<typeof callSpec>[0]["call"]) => Promise<End>;
  readonly deployment: (id: string) => void;
}

interface Payload {
  readonly files?: readonly TarPart[];
  readonly alter?: (source: ByteSource) => ByteSource;
}

interface End {
  /** Exit status; null: another end. */
  readonly status: number | null;
  readonly answer: string;
  readonly log: string;
}

interface Options {
  readonly shell?: "dash" | "busybox";
  readonly args?: readonly string[];
}

/** `body` is the Interface `probe`, which the other machine runs with the argument "board's $1". */
function gateway(body: string, { shell = "dash", args }: Options = {}): Gateway {
  const directory = scratchDirectory();
  const path = (...parts: readonly string[]) => join(directory, ...parts);
  const there = (...parts: readonly string[]) => path("there", ...parts);
  copyShippedInterfaces(path("interfaces"));
  for (const name of ["work/tmp", "work/header", "programs"]) {
    mkdirSync(path(name), { recursive: true });
  }
  writeFileSync(path("work/version"), "1\n");
  const first = `#!${placeOf(shell) ?? shell}${shell === "busybox" ? " sh" : ""}\n`;
  const programs =
    shell === "busybox" ? path("programs") : `${path("programs")}:${process.env["PATH"] ?? ""}`;
  if (shell === "busybox") {
    execFileSync("busybox", ["--install", "-s", path("programs")]);
    symlinkSync(placeOf("ssh") ?? "ssh", path("programs/ssh"));
    const ssh = readFileSync(path("interfaces/v1/ssh"), "utf8");
    writeFileSync(path("interfaces/v1/ssh"), ssh.replace("#!/bin/sh\n", first));
  }
  const source = '. "${0%/*}/../lib/orchestrator-interface.sh"';
  writeFileSync(path("interfaces/v1/probe"), `${first}${source}\n${body}\ninterface_run 1 "$@"\n`, {
    mode: 0o755,
  });
  const machine = makeRemoteMachine(path("machine"), programs);
  onTestFinished(() => machine.cut());
  const deployment = (id: string) => writeFileSync(path("work/deployment_id"), `${id}\n`);
  deployment("d1");
  const log: string[] = [];
  const spec = {
    executable: path("interfaces/v1/ssh"),
    workDir: path("work"),
    args: args ?? ["R1", `board:${path("there")}`, "probe", "board's $1"],
    environment: { PATH: programs, ...machine.environment },
    runId: directory,
    onLine: (_: string, line: string) => void log.push(line),
  };
  const endOf = (failure: { readonly kind: string } | null, answer = ""): End => ({
    status: failure === null ? 0 : "code" in failure ? Number(failure.code) : null,
    answer,
    log: log.splice(0).join("\n"),
  });
  return {
    path,
    machine,
    there,
    deployment,
    async download({ files, alter = (source: ByteSource) => source } = {}) {
      const bytes = memorySource("a.mender", await buildArtifact(files ? { files } : {}));
      const artifact = await readArtifact(bytes, []);
      if (!artifact.ok) throw new Error(JSON.stringify(artifact.problems));
      const given = { ...spec, source: alter(bytes), artifact: artifact.value };
      return endOf((await download(platform, downloadSpec(given))).failure);
    },
    async call(state) {
      const { failure, answer } = await startCall(platform, callSpec({ ...spec, call: state }))
        .ended;
      return endOf(failure, new TextDecoder().decode(answer));
    },
  };
}

const shells = usualShells.map(({ name }) => ({ shell: name }));

describe.skipIf(!sshWorks() || !needs("busybox")).each(shells)("in $shell", ({ shell }) => {
  test("what the Interface there leaves alone becomes its files/, and nothing is kept here", async () => {
    const {
      download: bring,
      call,
      path,
      there,
    } = gateway(
      `on_install() { echo "$2" >"$work_dir/../../told"; ls files >>"$work_dir/../../told"; cat files/image.bin >>"$work_dir/../../told"; }
       on_rollback() { return 7; }`,
      { shell },
    );
    expect(await call("NeedsUnpackedArtifact")).toMatchObject({ status: 0, answer: "Yes\n" });
    expect(await bring()).toMatchObject({ status: 0 });
    expect(readdirSync(path("work"))).not.toContain("files");
    expect((await call("SupportsRollback")).answer).toBe("Yes\n");
    expect(await call("ArtifactInstall")).toMatchObject({ status: 0 });
    expect(readFileSync(there("told"), "utf8")).toBe(
      "board's $1\nimage.bin\nnotes.txt\nthe new gateway",
    );
    expect(await call("ArtifactRollback")).toMatchObject({ status: 7 });
    expect(await call("Cleanup")).toMatchObject({ status: 0 });
    expect(await call("Cleanup")).toMatchObject({ status: 0 });
    expect(readdirSync(there())).toEqual(["told"]);
  });

  test("an Interface there that reads the streams gets them, with their sizes", async () => {
    const {
      download: bring,
      call,
      there,
    } = gateway(
      `on_stream() { echo "$1 $2 $(cat)" >>"$work_dir/../../told"; }
       on_install() { ls; }`,
      { shell },
    );
    expect(await bring()).toMatchObject({ status: 0 });
    expect(readFileSync(there("told"), "utf8")).toBe(
      "image.bin 15 the new gateway\nnotes.txt 0 \n",
    );
    expect((await call("ArtifactInstall")).log).toBe("deployment_id\nheader\ntmp\nversion");
  });

  test("the version has the key of this Interface, and all calls have one connection", async () => {
    const { call, machine } = gateway("on_version() { echo rtos-v1; }", { shell });
    const told = "artifact_name=rtos-v1\nrootfs-image.ssh.version=rtos-v1\n";
    expect(await call("Provides")).toEqual({ status: 0, answer: told, log: "" });
    await call("Inventory");
    await call("Provides");
    expect(machine.connections()).toBe(1);
  });

  test("what was at work there when the connection was cut is ended before the next call", async () => {
    const {
      download: bring,
      call,
      machine,
      there,
      path,
    } = gateway(
      `on_install() { sleep 1000 & echo $! >"$work_dir/../../sleeper"; wait; }
       on_rollback() { [ -n "$(cat "/proc/$(cat "$work_dir/../../sleeper")/cmdline")" ] || echo alone; }`,
      { shell },
    );
    await bring();
    const installing = call("ArtifactInstall");
    await expect.poll(() => isFull(there("sleeper")), late).toBe(true);
    machine.cut();
    expect(await installing).toMatchObject({ status: 255 });
    const rolledBack = await call("ArtifactRollback");
    expect(rolledBack.status).toBe(0);
    expect(rolledBack.log).toContain("alone");
    expect(processesOf(path())).toEqual([]);
  });
});

const late = { timeout: 20_000 };
const isFull = (file: string) => existsSync(file) && readFileSync(file, "utf8") !== "";

describe.skipIf(!sshWorks())("the connection", () => {
  test("cut within the payload fails the Download, and the next one succeeds", async () => {
    const {
      download: bring,
      call,
      machine,
      there,
    } = gateway("on_install() { cat files/image.bin; }");
    const cut = await bring({
      files: [{ name: "image.bin", content: randomBytes(1 << 20) }],
      alter: (source) => ({
        ...source,
        async *read(offset, length) {
          yield* source.read(offset, length >> 1);
          await expect.poll(() => isFull(there("R1/files/image.bin")), late).toBe(true);
          machine.cut();
          yield* source.read(offset + (length >> 1), length - (length >> 1));
        },
      }),
    });
    expect(cut).toMatchObject({ status: 255 });
    expect(await call("Cleanup")).toMatchObject({ status: 0 });
    expect(await bring()).toMatchObject({ status: 0 });
    expect((await call("ArtifactInstall")).log).toBe("the new gateway");
  });

  test("that does not come about is told, with the status of ssh", async () => {
    const { call, machine } = gateway("on_version() { :; }");
    machine.beDown(true);
    const provides = await call("Provides");
    expect(provides).toMatchObject({ status: 255, answer: "" });
    expect(provides.log).toContain("Connection closed");
  });
});

describe.skipIf(!sshWorks())("the other machine", () => {
  test("that stores something else is found out before Download ends", async () => {
    const { download: bring, path } = gateway("on_install() { :; }");
    const cat = '#!/bin/sh\n[ $# -gt 0 ] || exec head -c 3\nexec /bin/cat "$@"\n';
    writeFileSync(path("programs/cat"), cat, { mode: 0o755 });
    const end = await bring();
    expect(end.status).toBe(1);
    expect(end.log).toContain('"image.bin" has arrived on board with another content');
  });

  test("does nothing for another deployment, and keeps what is that one's", async () => {
    const {
      download: bring,
      call,
      deployment,
      there,
    } = gateway(
      'on_install() { echo installed; }; on_rollback() { echo undone >"$work_dir/../../told"; }',
    );
    await bring();
    deployment("d2");
    expect((await call("ArtifactRollback")).log).toContain("is not of this deployment, or is gone");
    expect(await call("Cleanup")).toMatchObject({ status: 0 });
    expect(readdirSync(there())).toEqual(["R1"]);
    deployment("d1");
    expect((await call("ArtifactInstall")).log).toBe("installed");
    await call("Cleanup");
    expect(readdirSync(there())).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0 || !needs("unshare"))(
    "restarts where its Interface wants a restart of its host, and not this one",
    async () => {
      const {
        download: bring,
        call,
        machine,
        path,
      } = gateway(
        "on_needs_reboot() { echo Automatic; }; on_verify_reboot() { cat /proc/sys/kernel/random/boot_id; }",
      );
      machine.bootAs("first");
      writeFileSync(path("programs/reboot"), `#!/bin/sh\n: >"${path("asked")}"\n`, { mode: 0o755 });
      await bring();
      await call("ArtifactInstall");
      expect((await call("NeedsArtifactReboot")).answer).toBe("Yes\n");
      const restarting = call("ArtifactReboot");
      await expect.poll(() => existsSync(path("asked")), late).toBe(true);
      machine.beDown(true);
      machine.bootAs("second");
      machine.cut();
      machine.beDown(false);
      expect(await restarting).toMatchObject({ status: 0 });
      expect((await call("ArtifactVerifyReboot")).log).toBe("second");
    },
  );
});

test.each([
  [["R1", "board"], "interface_args must be an id, [USER@]HOST[:DIRECTORY] and an Interface"],
  [["a/b", "board", "probe"], 'the id must be of letters, digits, "-", "_" and ".", and is "a/b"'],
  [["R1", "board:there", "probe"], 'the directory with a "/" first, and is "board:there"'],
  [["R1", "-oProxyCommand=x", "probe"], "the machine must be [USER@]HOST[:DIRECTORY]"],
  [["R1", "board", "none"], 'there is no Interface "none" in '],
])("interface_args that cannot be: %j", async (args, message) => {
  const { call } = gateway("on_version() { :; }", { args });
  const end = await call("Provides");
  expect(end.status).toBe(1);
  expect(end.log).toContain(message);
});
