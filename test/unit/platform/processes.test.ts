import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { endProcess } from "../../../src/platform/process-end.ts";
import { readProcess } from "../../../src/platform/process-table.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";
import { bundle } from "../../support/bundled.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const processes = nodeProcesses();

function started(
  script: string,
  options: { readonly detached?: boolean; readonly env?: Record<string, string> } = {},
): ChildProcess & { readonly pid: number } {
  const child = spawn("sh", ["-c", script], {
    stdio: "ignore",
    ...options,
    env: { ...process.env, ...options.env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.pid === undefined) throw new Error("not started");
  return Object.assign(child, { pid: child.pid });
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

describe("who a process is", () => {
  test("its pid and the time it was started at, which stays", () => {
    const child = started("sleep 60");

    const who = processes.identify(child.pid);

    expect(who?.pid).toBe(child.pid);
    expect(who?.startTime).toMatch(/^[1-9][0-9]*$/);
    expect(processes.identify(child.pid)).toEqual(who);
  });

  test("a name with blanks and brackets does not confuse the reader of /proc", async () => {
    const odd = join(scratchDirectory(), "a) S 1 (b");
    symlinkSync("/bin/sleep", odd);
    const child = spawn(odd, ["60"], { stdio: "ignore", detached: true });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");

    expect(readProcess(child.pid ?? 0)).toMatchObject({ group: child.pid, isDead: false });
  });

  test("nobody has a pid that is free, nor one that has ended and is not collected yet", async () => {
    const parent = started("(exec sleep 0.01) & echo $! >&2; exec sleep 60");
    await until(() => zombiesOf(parent.pid).length === 1);

    expect(processes.identify(2 ** 30)).toBeNull();
    expect(processes.identify(zombiesOf(parent.pid)[0] ?? 0)).toBeNull();
  });
});

/** Children of a process that have ended without its noticing. */
function zombiesOf(parent: number): readonly number[] {
  const near = Array.from({ length: 50 }, (_, at) => parent + 1 + at);
  return near.filter((pid) => readProcess(pid)?.isDead === true);
}

test("the lineage of a process begins with itself and ends with the first of the machine", () => {
  const lineage = processes.lineage();
  expect(lineage.slice(0, 2)).toEqual([
    processes.identify(process.pid),
    processes.identify(process.ppid),
  ]);
  expect(readProcess(lineage.at(-1)?.pid ?? 0)?.parent).toBe(0);
});

describe("finding by environment", () => {
  test("finds children and grandchildren that carry the mark, in whatever session, and nobody else", async () => {
    const ready = join(scratchDirectory(), "ready");
    const child = started(`setsid sh -c 'touch "${ready}"; exec sleep 60' & wait`, {
      env: { SOME_MARK: "a=b" },
    });
    started("sleep 60", { env: { SOME_MARK: "a=b c" } });
    started("sleep 60", { env: { NOT_SOME_MARK: "a=b" } });
    await until(() => existsSync(ready));

    const found = processes.findByEnvironment("SOME_MARK", "a=b");

    expect(found).toHaveLength(2);
    expect(found).toContainEqual(processes.identify(child.pid));
    await Promise.all(found.map((who) => processes.end(who, 1000)));
    expect(processes.findByEnvironment("SOME_MARK", "a=b")).toEqual([]);
  });
});

describe("finding by any of some variables", () => {
  test("tells what each holds of them, and how it was called", async () => {
    const ready = join(scratchDirectory(), "ready");
    const child = started(`touch "${ready}"; exec sleep 61`, {
      env: { FIRST_MARK: "a=b", SECOND_MARK: "", NOT_FIRST_MARK: "c" },
    });
    const other = started("exec sleep 60", { env: { XFIRST_MARK: "d", SECOND_MARK: "e" } });
    await until(() => existsSync(ready));
    await until(() => processes.commandLine(child.pid) === "sleep 61");

    const found = processes.findMarked(["FIRST_MARK", "SECOND_MARK"]);

    const variablesOf = (pid: number) => found.find((one) => one.pid === pid)?.variables;
    expect(found).toHaveLength(2);
    expect(variablesOf(child.pid)).toEqual(
      new Map([
        ["FIRST_MARK", "a=b"],
        ["SECOND_MARK", ""],
      ]),
    );
    expect(variablesOf(other.pid)).toEqual(new Map([["SECOND_MARK", "e"]]));
    expect(processes.findMarked(["THIRD_MARK"])).toEqual([]);
  });

  test("an environment of any size is read", async () => {
    const ready = join(scratchDirectory(), "ready");
    const large = Object.fromEntries(
      Array.from({ length: 4 }, (_, at) => [`LARGE_${String(at)}`, "x".repeat(100_000)]),
    );
    const child = started(`touch "${ready}"; exec sleep 60`, {
      env: { ...large, ZZ_LAST_MARK: "here" },
    });
    await until(() => existsSync(ready));
    expect(processes.findMarked(["ZZ_LAST_MARK"])).toMatchObject([{ pid: child.pid }]);
    expect(processes.findByEnvironment("ZZ_LAST_MARK", "here")).toMatchObject([{ pid: child.pid }]);
  });

  test("a long command line is shortened, and that of nobody is empty", async () => {
    const child = started(`exec sh -c ': ${"x".repeat(300)}; sleep 60'`, {});
    await until(() => processes.commandLine(child.pid).startsWith("sh -c : x"));
    expect(processes.commandLine(child.pid)).toHaveLength(200);
    expect(processes.commandLine(2 ** 22 + 1)).toBe("");
  });
});

describe("ending a process of which only pid and start time are known", () => {
  test("ends it and the group that it leads", async () => {
    const ready = join(scratchDirectory(), "ready");
    const child = started(`(touch "${ready}"; exec sleep 60) & exec sleep 60`, {
      detached: true,
      env: { GROUP_MARK: "1" },
    });
    await until(() => existsSync(ready));
    const who = processes.identify(child.pid);
    if (who === null) throw new Error("it has ended already");

    expect(await processes.end(who, 1000)).toBe(true);
    expect(processes.findByEnvironment("GROUP_MARK", "1")).toEqual([]);
  });

  test("takes SIGKILL to one that does not care about SIGTERM", async () => {
    const ready = join(scratchDirectory(), "ready");
    const child = started(`trap '' TERM; touch "${ready}"; while :; do sleep 1; done`, {
      detached: true,
    });
    await until(() => existsSync(ready));
    const who = processes.identify(child.pid);
    if (who === null) throw new Error("it has ended already");

    expect(await processes.end(who, 50)).toBe(true);
    expect(processes.identify(child.pid)).toBeNull();
  });

  test("leaves a stranger alone who got the pid since", async () => {
    const child = started("sleep 60");

    expect(await processes.end({ pid: child.pid, startTime: "1" }, 1000)).toBe(true);
    expect(processes.identify(child.pid)).not.toBeNull();
  });

  test("one that has ended already needs no ending", async () => {
    const child = started("exit 0");
    await once(child, "exit");

    expect(await processes.end({ pid: child.pid, startTime: "1" }, 1000)).toBe(true);
  });

  test("one that is in somebody else's group is ended without the group", async () => {
    const child = started("sleep 60");
    const who = processes.identify(child.pid);
    if (who === null) throw new Error("it has ended already");
    expect(readProcess(child.pid)?.group).toBe(readProcess(process.pid)?.group);

    expect(await endProcess(who, 1000)).toBe(true);
    expect(processes.identify(process.pid)).not.toBeNull();
  });
});

test("neither this process nor one that it descends from is ended, nor the group of such a one", async () => {
  const script = bundle(
    "test/support/ends-ancestors.ts",
    resolve("node_modules/.cache/ends-ancestors.mjs"),
  );
  // The leader of the group is no ancestor: it has started one that lives on.
  const call = `"${process.execPath}" "${script}"; echo "still there"`;
  const child = spawn("sh", ["-c", call], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  expect(await text(child.stdout)).toBe("left alone\nleft alone\nstill there\n");
});

describe("what a child has written", () => {
  /** Nothing else of this process goes on meanwhile. */
  function busyUntil(isTrue: () => boolean) {
    while (!isTrue());
  }

  const isDead = (pid: number) => readProcess(pid)?.isDead === true;

  test("is not lost where this process is too busy to look for it", async () => {
    const scratch = scratchDirectory();
    const go = join(scratch, "go");
    const spec = {
      file: "/bin/sh",
      cwd: scratch,
      env: { PATH: process.env["PATH"] ?? "" },
      timeoutMs: 0,
      graceMs: 1000,
    };
    let answer = "";
    const second = await processes.start({
      ...spec,
      args: ["-c", `while [ ! -e "${go}" ]; do sleep 0.01; done; echo Yes`],
      onOutput: (_, bytes) => {
        answer += new TextDecoder().decode(bytes);
      },
    });
    // The second one answers and ends while the event loop is in the middle of the first one's events: so it learns of
    // its end before it can see the answer, and then it is kept busy for longer than it would wait.
    const first = await processes.start({
      ...spec,
      args: ["-c", "echo first"],
      onOutput: () => {
        writeFileSync(go, "");
        busyUntil(() => isDead(second.pid));
        setImmediate(() => {
          const begin = performance.now();
          busyUntil(() => performance.now() - begin > 300);
        });
      },
    });
    busyUntil(() => isDead(first.pid));

    expect(await second.ended).toEqual({ kind: "exited", code: 0 });
    expect(answer).toBe("Yes\n");
    await first.ended;
  });
});
