import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ProcessIdentity } from "../../../src/platform/types.ts";
import { FileError } from "../../../src/platform/types.ts";
import { callInterface, runIdVariable } from "../../../src/interface/call.ts";
import { nodeClock } from "../../../src/platform/clock.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";
import {
  callSpec,
  fixtureInterface,
  processesOf,
  scriptedInterface,
} from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const platform = { processes: nodeProcesses(), clock: nodeClock() };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Waits, as a poll, for what another process does. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await platform.clock.sleep(5);
}

describe("what an Interface is called with", () => {
  test("the word, the absolute work dir, the type and its own arguments, in the work dir", async () => {
    const scratch = scratchDirectory();
    const workDir = join(scratch, `a work dir's "æøå"`);
    mkdirSync(workDir);
    const executable = scriptedInterface(
      scratch,
      `pwd >told; for each; do printf '<%s>\\n' "$each"; done >>told`,
      `bo ard's "é"`,
    );
    const args = ["two words", "", `'"$HOME\`*`, "line\nbreak", "-", "æøå 日本"];

    const result = await callInterface(
      platform,
      callSpec({ executable, call: "ArtifactInstall", workDir, args }),
    );

    expect(result.failure).toBeNull();
    expect(readFileSync(join(workDir, "told"), "utf8")).toBe(
      `${workDir}\n<ArtifactInstall>\n<${workDir}>\n<gateway>\n<two words>\n<>\n<'"$HOME\`*>\n<line\nbreak>\n<->\n<æøå 日本>\n`,
    );
  });

  test("the environment that is given, the run id, and nothing else of ours", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "env >told; readlink /proc/self/fd/0 >stdin");

    await callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        environment: { PATH: process.env["PATH"] ?? "", COLOUR: "blue" },
        runId: "run-17",
      }),
    );

    const told = readFileSync(join(workDir, "told"), "utf8").trimEnd().split("\n");
    const names = told.map((line) => line.slice(0, line.indexOf("="))).toSorted();
    expect(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name))).toEqual([
      "COLOUR",
      "MENDER_ORCHESTRATOR_CALL_ID",
      "MENDER_ORCHESTRATOR_RUN_ID",
      "PATH",
    ]);
    expect(told).toContain("COLOUR=blue");
    expect(told).toContain("MENDER_ORCHESTRATOR_RUN_ID=run-17");
    expect(readFileSync(join(workDir, "stdin"), "utf8")).toBe("/dev/null\n");
  });

  test("it is announced with its pid and start time while it runs", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "echo $$ >pid; exec sleep 0.2");
    let call: Promise<unknown> = Promise.resolve();
    const who = await new Promise<ProcessIdentity>((onStarted) => {
      call = callInterface(
        platform,
        callSpec({ executable, call: "ArtifactInstall", workDir, onStarted }),
      );
    });

    expect(platform.processes.identify(who.pid)).toEqual(who);
    await call;
    expect(Number(readFileSync(join(workDir, "pid"), "utf8"))).toBe(who.pid);
    expect(platform.processes.identify(who.pid)).toBeNull();
  });
});

describe("how a call ends", () => {
  test.each([
    ["exit 0", null],
    ["exit 1", { kind: "exited", code: 1 }],
    ["exit 255", { kind: "exited", code: 255 }],
    ["kill -KILL $$", { kind: "signalled", signal: "SIGKILL" }],
    ["kill -SEGV $$", { kind: "signalled", signal: "SIGSEGV" }],
  ])("%s", async (body, failure) => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, body);

    const result = await callInterface(
      platform,
      callSpec({ executable, call: "ArtifactCommit", workDir }),
    );

    expect(result.failure).toEqual(failure);
  });

  test("an Interface that is not there fails the state", async () => {
    const workDir = scratchDirectory();
    const executable = join(workDir, "board");
    const started: ProcessIdentity[] = [];

    const { failure } = await callInterface(
      platform,
      callSpec({
        executable,
        call: "Cleanup",
        workDir,
        onStarted: (who) => void started.push(who),
      }),
    );

    expect(failure).toEqual({
      kind: "not-started",
      message: "it, the interpreter in its first line, or its working directory is missing",
    });
    expect(started).toEqual([]);
  });

  test("so does a work dir that is not there, a file that is not executable, and arguments without end", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "exit 0");
    const plain = join(workDir, "plain");
    writeFileSync(plain, "#!/bin/sh\n", { mode: 0o644 });
    const spec = callSpec({ executable, call: "Cleanup" as const, workDir });

    const ends = await Promise.all([
      callInterface(platform, { ...spec, workDir: join(workDir, "gone") }),
      callInterface(platform, { ...spec, executable: plain }),
      callInterface(platform, { ...spec, args: ["x".repeat(4 * 2 ** 20)] }),
      callInterface(platform, { ...spec, args: ["a\0b"] }),
    ]);

    expect(ends.map(({ failure }) => failure)).toEqual([
      {
        kind: "not-started",
        message: "it, the interpreter in its first line, or its working directory is missing",
      },
      { kind: "not-started", message: "permission denied" },
      { kind: "not-started", message: "argument list too long" },
      { kind: "not-started", message: "an argument holds a NUL character" },
    ]);
  });

  test("after the timeout the whole group is ended, children that left it too", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(
      workDir,
      "sleep 86400 & setsid sleep 86400 & touch ready; wait",
    );

    const { failure } = await callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        timeoutMs: 1500,
        runId: workDir,
      }),
    );

    expect(failure).toEqual({ kind: "timed-out", afterMs: 1500 });
    expect(existsSync(join(workDir, "ready"))).toBe(true);
    expect(processesOf(workDir)).toEqual([]);
  });

  test("who does not care about SIGTERM gets SIGKILL after the grace period", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "trap '' TERM; sleep 86400");
    const begin = performance.now();

    const { failure } = await callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        timeoutMs: 200,
        graceMs: 300,
        runId: workDir,
      }),
    );

    expect(failure).toEqual({ kind: "timed-out", afterMs: 200 });
    expect(performance.now() - begin).toBeGreaterThanOrEqual(500);
    expect(processesOf(workDir)).toEqual([]);
  });

  test("the grace period is for the children as well, even where the Interface itself ends at once", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(
      workDir,
      `sh -c 'trap "sleep 0.2; touch put-down; exit" TERM; touch ready; while :; do sleep 0.05; done' &
       while [ ! -f ready ]; do sleep 0.01; done
       exit 7`,
    );

    const { failure } = await callInterface(
      platform,
      callSpec({ executable, call: "ArtifactInstall", workDir, graceMs: 10_000, runId: workDir }),
    );

    expect(failure).toEqual({ kind: "exited", code: 7 });
    expect(existsSync(join(workDir, "put-down"))).toBe(true);
    expect(processesOf(workDir)).toEqual([]);
  });

  test("one that says all is well when it is ended by us has failed all the same", async () => {
    const workDir = scratchDirectory();

    const { failure } = await callInterface(
      platform,
      callSpec({
        executable: fixtureInterface("misbehaving/ends-well-on-sigterm"),
        call: "Download",
        workDir,
        timeoutMs: 200,
      }),
    );

    expect(failure).toEqual({ kind: "timed-out", afterMs: 200 });
  });

  test("a left-over child that holds stdout and stderr open does not keep us waiting", async () => {
    const workDir = scratchDirectory();
    const begin = performance.now();

    const { failure, answer } = await callInterface(
      platform,
      callSpec({
        executable: fixtureInterface("misbehaving/holds-stdout"),
        call: "SupportsRollback",
        workDir,
        runId: workDir,
      }),
    );

    expect(failure).toBeNull();
    expect(text(answer)).toBe("Yes\n");
    expect(performance.now() - begin).toBeLessThan(60_000);
    const left = platform.processes.findByEnvironment(runIdVariable, workDir);
    expect(left).toHaveLength(1);
    await Promise.all(left.map((who) => platform.processes.end(who, 1000)));
  });

  test("the signal ends it, and it counts as interrupted", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "touch ready; sleep 86400");
    const stop = new AbortController();
    const call = callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        signal: stop.signal,
        runId: workDir,
      }),
    );
    await until(() => existsSync(join(workDir, "ready")));

    stop.abort();

    expect((await call).failure).toEqual({ kind: "interrupted" });
    expect(processesOf(workDir)).toEqual([]);
  });

  test("after the signal nothing is called any more", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "touch called");

    const { failure } = await callInterface(
      platform,
      callSpec({ executable, call: "ArtifactInstall", workDir, signal: AbortSignal.abort() }),
    );

    expect(failure).toEqual({ kind: "interrupted" });
    expect(existsSync(join(workDir, "called"))).toBe(false);
  });

  test("where it cannot be noted down who was started, it is ended before the error goes on", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "sleep 86400");
    const full = new FileError("ENOSPC", "journal", "no space left on device");

    const call = callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        runId: workDir,
        onStarted: () => {
          throw full;
        },
      }),
    );

    await expect(call).rejects.toBe(full);
    expect(processesOf(workDir)).toEqual([]);
  });

  test("sixty calls at once share one signal without a warning", async () => {
    const workDir = scratchDirectory();
    const executable = scriptedInterface(workDir, "exit 0");
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    onTestFinished(() => void process.off("warning", listen));
    const { signal } = new AbortController();

    const ends = await Promise.all(
      Array.from({ length: 60 }, () =>
        callInterface(platform, callSpec({ executable, call: "Cleanup", workDir, signal })),
      ),
    );

    expect(ends.filter(({ failure }) => failure !== null)).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

describe("what an Interface writes", () => {
  test("in a state both streams are logs, line by line, the last one with or without its newline", async () => {
    const workDir = scratchDirectory();
    const lines: string[] = [];
    const executable = scriptedInterface(
      workDir,
      "echo one; echo; printf 'two\\r\\nthree'; echo error >&2",
    );

    const { answer } = await callInterface(
      platform,
      callSpec({
        executable,
        call: "ArtifactInstall",
        workDir,
        onLine: (stream, line) => void lines.push(`${stream}: ${line}`),
      }),
    );

    expect(lines.toSorted()).toEqual([
      "stderr: error",
      "stdout: ",
      "stdout: one",
      "stdout: three",
      "stdout: two",
    ]);
    expect(text(answer)).toBe("");
  });

  test("in a query stdout is the answer and stderr a log", async () => {
    const workDir = scratchDirectory();
    const lines: string[] = [];
    const executable = scriptedInterface(workDir, "echo Yes; echo thinking >&2");

    const { answer } = await callInterface(
      platform,
      callSpec({
        executable,
        call: "SupportsRollback",
        workDir,
        onLine: (stream, line) => void lines.push(`${stream}: ${line}`),
      }),
    );

    expect(text(answer)).toBe("Yes\n");
    expect(lines).toEqual(["stderr: thinking"]);
  });

  test.each(["floods-output", "writes-endless-line"] as const)(
    "%s: 128 MiB go by in bounded memory and few lines",
    async (name) => {
      const workDir = scratchDirectory();
      const executable = fixtureInterface(`misbehaving/${name}`);
      let lines = 0;
      let longest = 0;
      const onLine = (_: string, line: string) => {
        lines += 1;
        longest = Math.max(longest, line.length);
      };
      const before = process.memoryUsage().rss;

      const ends = await Promise.all([
        callInterface(platform, callSpec({ executable, call: "ArtifactInstall", workDir, onLine })),
        callInterface(platform, callSpec({ executable, call: "Provides", workDir, onLine })),
      ]);

      expect(ends.map(({ failure }) => failure)).toEqual([null, null]);
      expect(ends.map(({ answer }) => answer.length)).toEqual([0, 1024 * 1024 + 1]);
      expect(lines).toBeLessThanOrEqual(3 * 10_001);
      expect(longest).toBeLessThanOrEqual(4096 + 40);
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
    },
  );
});

test("what a failed call has left running gets one last round, without any grace, once this process is told to end", async () => {
  const workDir = scratchDirectory();
  const stop = new AbortController();
  const graces: number[] = [];
  const left: ProcessIdentity[] = [];
  const processes = {
    ...platform.processes,
    end: (who: ProcessIdentity, graceMs: number) => {
      left.push(who);
      graces.push(graceMs);
      stop.abort();
      return Promise.resolve(false);
    },
  };
  onTestFinished(async () => {
    for (const who of left) await platform.processes.end(who, 0);
  });
  // Outside the group, which ends with the call.
  const executable = scriptedInterface(
    workDir,
    "setsid sh -c 'touch away; exec sleep 60' >away.log 2>&1 & while ! test -e away; do :; done; exit 1",
  );
  const { failure } = await callInterface(
    { ...platform, processes },
    callSpec({ executable, call: "ArtifactInstall", workDir, signal: stop.signal, graceMs: 700 }),
  );
  expect(failure).toEqual({ kind: "exited", code: 1 });
  expect(graces).toEqual([700, 0]);
});
