import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { drained } from "../../../src/cli/output/drain.ts";
import { bundle } from "../../support/bundled.ts";

describe("a computation", () => {
  const computing = join(import.meta.dirname, "../../../node_modules/.cache/computing.mjs");
  beforeAll(() => {
    bundle("test/support/computing.ts", computing);
  });

  const run = (name: string) =>
    spawnSync(process.execPath, [computing, name], { encoding: "utf8", timeout: 50_000 });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"])(
    "does not begin where %s has come that nobody has been told of yet",
    (name) => {
      expect(run(name)).toMatchObject({ status: null, signal: name, stdout: "" });
    },
  );

  test("gives its result", () => {
    expect(run("none")).toMatchObject({ status: 0, signal: null, stdout: "computed" });
  });
});

test("a process that called no Interface is gone 2 s after the signal, whatever it waits for", () => {
  const waiting = join(import.meta.dirname, "../../../node_modules/.cache/waiting.mjs");
  bundle("test/support/waiting.ts", waiting);
  const { status } = spawnSync(process.execPath, [waiting], { timeout: 5000 });
  expect(status).toBe(1);
});

describe("the wait for a reader", () => {
  /** More than a pipe takes before anybody reads. */
  const answer = "x".repeat(4 * 1024 * 1024);
  /** Far more than between two reads of a living reader on a busy machine. */
  const long = 20_000;

  /** A pipe to a program, with the answer on its way. */
  function pipeTo(script: string) {
    const reader = spawn("sh", ["-c", script], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => {
      reader.kill("SIGKILL");
    });
    const { stdin, stdout } = reader;
    // As stdout and stderr are, where they are pipes.
    if (!(stdin instanceof Socket)) throw new Error("Node has changed what a pipe is");
    stdin.on("error", () => {});
    stdin.write(answer);
    return { stdin, stdout };
  }

  test("ends where the reader takes nothing", async () => {
    const { stdin } = pipeTo("exec sleep 1000");
    await drained(stdin, 50);
    expect(stdin.writableLength).toBeGreaterThan(0);
  });

  test.each([null, long])("ends once the reader has all of it (%s)", async (idleMs) => {
    const reader = pipeTo("exec wc -c");
    let counted = "";
    reader.stdout.on("data", (piece) => (counted += String(piece)));
    const exited = once(reader.stdout, "end");
    await drained(reader.stdin, idleMs);
    expect(reader.stdin.writableLength).toBe(0);
    reader.stdin.end();
    await exited;
    expect(counted.trim()).toBe(String(answer.length));
  });

  test("goes on as long as the reader takes something, however slow it is", async () => {
    // Thirty-two times a pause of a small part of what it may pause, and longer than that in all.
    const { stdin } = pipeTo("while head -c 131072 | grep -q x; do sleep 0.05; done");
    await drained(stdin, 1000);
    expect(stdin.writableLength).toBe(0);
  });

  test.each([null, long])("ends where the reader goes away (%s)", async (idleMs) => {
    const { stdin } = pipeTo("exec head -c 1 >/dev/null");
    await drained(stdin, idleMs);
    expect(stdin.destroyed).toBe(true);
  });
});
