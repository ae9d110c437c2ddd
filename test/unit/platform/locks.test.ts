import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { nodeLocks } from "../../../src/platform/locks.ts";
import { FileError } from "../../../src/platform/types.ts";
import { bundle } from "../../support/bundled.ts";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { inTier } from "../../support/tier.ts";

const takerCount = inTier(4, 16);
const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
const taker = join(import.meta.dirname, "../../../node_modules/.cache/lock-taker.mjs");

interface Taker {
  readonly child: ChildProcess;
  readonly pid: number;
  tell(line: string): Promise<string>;
  /** What it wrote to stderr, once it has ended. */
  readonly ended: Promise<{ readonly signal: string | null; readonly complaint: string }>;
}

function startTaker(path: string, programs: readonly string[]): Taker {
  const child = spawn(process.execPath, [taker, path, ...programs]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = "";
  child.stderr.on("data", (bytes: Buffer) => {
    complaint += bytes.toString();
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("the taker was not started");
  return {
    child,
    pid,
    async tell(line) {
      child.stdin.write(`${line}\n`);
      const answer = await lines.next();
      return answer.done === true ? `ended: ${complaint}` : answer.value;
    },
    ended: new Promise((settle) => {
      child.once("close", (_, signal) => settle({ signal, complaint }));
    }),
  };
}

function statusOf(pid = Number.NaN): string {
  return readFileSync(`/proc/${pid}/status`, "utf8");
}

async function twice(act: () => Promise<unknown>): Promise<string> {
  await act();
  await act();
  return "both ended";
}

beforeAll(() => {
  bundle("test/support/lock-taker.ts", taker);
});

describe.each([
  { way: "flock", programs: ["flock"], isSkipped: !needs("flock") },
  { way: "a claim, where there is no flock", programs: [], isSkipped: false },
])("a lock by $way", ({ programs, isSkipped }) => {
  test.skipIf(isSkipped)(`has one winner among ${takerCount} processes at once`, async () => {
    const path = join(scratchDirectory(), "lock");
    const takers = Array.from({ length: takerCount }, () => startTaker(path, programs));
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(takers.map((one) => one.tell("take")));
      const winners = takers.filter((_, index) => answers[index] === "taken");
      expect(winners).toHaveLength(1);
      await Promise.all(winners.map((one) => one.tell("release")));
    }
  });

  test.skipIf(isSkipped)("goes to the next one at once when its holder is killed", async () => {
    const path = join(scratchDirectory(), "lock");
    const holder = startTaker(path, programs);
    const next = startTaker(path, programs);
    expect(await holder.tell("take")).toBe("taken");
    expect(await next.tell("take")).toBe(`held by ${holder.pid}`);
    holder.child.kill("SIGKILL");
    await holder.ended;
    expect(await next.tell("take")).toBe("taken");
  });

  test.skipIf(isSkipped || !needs("strace"))(
    "is waited for while its holder is killed and not gone yet",
    async () => {
      const path = join(scratchDirectory(), "lock");
      const holder = startTaker(path, programs);
      expect(await holder.tell("take")).toBe("taken");
      // A tracer that stands still keeps what it traces from being gone.
      const tracer = spawn("strace", ["-f", "-o", "/dev/null", "-p", `${holder.pid}`]);
      onTestFinished(() => void tracer.kill("SIGKILL"));
      await expect.poll(() => statusOf(holder.pid)).toMatch(/^TracerPid:\t[1-9]/m);
      tracer.kill("SIGSTOP");
      await expect.poll(() => statusOf(tracer.pid)).toMatch(/^State:\tT/m);
      holder.child.kill("SIGKILL");
      const locks = nodeLocks(() => bootId, programs);
      const next = locks.acquire(path);
      expect(await Promise.race([next, twice(() => locks.acquire(`${path}-of-another`))])).toBe(
        "both ended",
      );
      tracer.kill("SIGCONT");
      expect(await next).toHaveProperty("lock");
    },
  );

  test.skipIf(isSkipped)(
    "is never held by two while holders die and others take over",
    async () => {
      const path = join(scratchDirectory(), "lock");
      const takers = Array.from({ length: takerCount }, () => startTaker(path, programs));
      for (const { child } of takers) child.stdin?.write("die\n");
      const ends = await Promise.all(takers.map(({ ended }) => ended));
      expect(ends).toEqual(takers.map(() => ({ signal: "SIGKILL", complaint: "" })));
    },
  );

  test.skipIf(isSkipped)(
    "is refused at once to a nested call, and free after its release",
    async () => {
      const path = join(scratchDirectory(), "lock");
      const locks = nodeLocks(() => bootId, programs);
      const first = await locks.acquire(path);
      if (!("lock" in first)) throw new Error("the lock is held before anybody took it");
      expect(await locks.acquire(path)).toEqual({ heldBy: process.pid });
      first.lock.release();
      const second = await locks.acquire(path);
      if (!("lock" in second)) throw new Error("the lock is held after it was released");
      first.lock.release();
      expect(await locks.acquire(path)).toEqual({ heldBy: process.pid });
      second.lock.release();
    },
  );
});

describe("a lock by flock", () => {
  test.skipIf(!needs("flock"))("is not inherited by an Interface that runs on", async () => {
    const path = join(scratchDirectory(), "lock");
    const locks = nodeLocks(() => bootId, ["flock"]);
    const first = await locks.acquire(path);
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    if ("lock" in first) first.lock.release();
    expect(await locks.acquire(path)).toHaveProperty("lock");
  });

  test.skipIf(!needs("flock"))("is held, too, where nobody wrote who holds it", async () => {
    const path = join(scratchDirectory(), "lock");
    const foreign = spawn("flock", [path, "--command", "echo locked; exec sleep 60"], {
      detached: true,
    });
    onTestFinished(() => void process.kill(-(foreign.pid ?? Number.NaN), "SIGKILL"));
    await once(foreign.stdout, "data");
    expect(await nodeLocks(() => bootId).acquire(path)).toEqual({ heldBy: null });
  });

  test.skipIf(!needs("flock"))("follows no link, and says where it cannot be", async () => {
    const directory = scratchDirectory();
    const locks = nodeLocks(() => bootId);
    symlinkSync(join(directory, "elsewhere"), join(directory, "link"));
    await expect(locks.acquire(join(directory, "link"))).rejects.toThrow(FileError);
    await expect(locks.acquire(join(directory, "absent", "lock"))).rejects.toThrow(
      "there is no such file or directory",
    );
    expect(readdirSync(directory)).toEqual(["link"]);
  });
});

describe("a lock by a claim", () => {
  const locks = nodeLocks(() => "this-boot", ["no-such-flock"]);

  function claimedBy(holder: string): string {
    const path = join(scratchDirectory(), "lock");
    mkdirSync(`${path}.held`);
    writeFileSync(join(`${path}.held`, holder), "");
    return path;
  }

  function startTimeOf(pid: number): string {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  }

  const start = startTimeOf(process.pid);

  test("is held while its holder lives", async () => {
    const path = claimedBy(`${process.pid}-${start}-thisboot-1`);
    expect(await locks.acquire(path)).toEqual({ heldBy: process.pid });
  });

  test.each([
    { whose: "a process of an earlier boot", holder: `${process.pid}-${start}-before-1` },
    { whose: "a process whose pid is another's now", holder: `${process.pid}-1-thisboot-1` },
    { whose: "a process that is gone", holder: `999999999-${start}-thisboot-1` },
  ])("is free where its holder was $whose", async ({ holder }) => {
    expect(await locks.acquire(claimedBy(holder))).toHaveProperty("lock");
  });

  test("is free where its holder has ended, and only its parent has not noticed", async () => {
    // `sleep` takes the shell's place and never waits for the child it inherits.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value);
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
    expect(await locks.acquire(claimedBy(`${pid}-${startTimeOf(pid)}-thisboot-1`))).toHaveProperty(
      "lock",
    );
  });

  test("leaves nothing of its own and of killed takers behind", async () => {
    const directory = scratchDirectory();
    const path = join(directory, "lock");
    mkdirSync(`${path}.ready-999999999-1-thisboot-1`);
    mkdirSync(`${path}.ready-${process.pid}-${start}-thisboot-1`);
    const answer = await locks.acquire(path);
    if ("lock" in answer) answer.lock.release();
    expect(readdirSync(directory)).toEqual([
      "lock",
      "lock.held",
      `lock.ready-${process.pid}-${start}-thisboot-1`,
    ]);
    expect(readdirSync(`${path}.held`)).toEqual([]);
  });
});
