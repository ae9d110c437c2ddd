import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fleetSummaryShape } from "../../src/report/fleet-summary.ts";
import { fleetLine } from "../support/fleets.ts";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import { seedProgram } from "../support/seed-program.ts";
import { widening } from "../support/tier.ts";

const system = seedProgram();
afterAll(() => system.remove());

const device = (id: string, gateway: string, rtos: string) =>
  fleetLine(id, `gateway G-${id} gateway-${gateway}`, `rtos R-${id} rtos-${rtos}`);

/** On v.1, on v.1, on v.2, on neither, and one that has a type of which the Manifest does not speak. */
const devices = [
  device("alpha", "v1", "v1"),
  device("beta", "v1", "v1"),
  device("gamma", "v2", "v2"),
  device("delta", "v1", "v2"),
  fleetLine("epsilon", "gateway G1 gateway-v1", "lidar L1 lidar-v1"),
];

function write(name: string, lines: readonly string[]): string {
  writeFileSync(system.path(name), lines.map((line) => `${line}\n`).join(""));
  return name;
}

const good = write("good.ndjson", devices.slice(0, 4));
const all = write("all.ndjson", devices);

describe("the summary", () => {
  test("tells System versions, ways and what cannot go, by the rules that forbid it", () => {
    const { exit, stdout } = system.run(["plan", "manifest-v2-no-way.yaml", "--fleet", all]);
    expect(stdout).toBe(`Fleet for "system-core-v2": 5 devices in 5 lines.

System versions now:
  v.1             2
  (no end state)  1
  v.2             1

Can go: 2, of which 1 have nothing to do.
Cannot go: 3. No plan: 2; not decided: 0; the Manifest does not fit: 1.

Groups:
  2 devices, such as "alpha": no acceptable plan. No order of the updates passes acceptable states only.
    manifest-v2-no-way.yaml:29  | gateway-v1.mender | rtos-v2.mender | NO         |
    manifest-v2-no-way.yaml:28  (no row of "transition_states" allows gateway gateway-v2 and rtos rtos-v1)
  1 device, such as "gamma": nothing to do, on v.2
  1 device, such as "delta": (no end state) -> v.2
  1 device, such as "epsilon": the Manifest does not fit
    The Manifest has no entry for the Component type "lidar", of which this System has Components. [component-type-missing]
`);
    expect(exit).toBe(14);
  });

  test(
    "ends in 0 where all can go, and is written to a file",
    widening(() => {
      const args = ["plan", "manifest-v2.yaml", "--fleet", good, "--out", "summary.txt"];
      expect(system.run(args)).toMatchObject({ exit: 0, stdout: "" });
      expect(readFileSync(system.path("summary.txt"), "utf8")).toContain(
        "Can go: 4, of which 1 have nothing to do.\nCannot go: 0.\n",
      );
    }),
  );

  test(
    "names the ten largest groups and counts the others",
    widening(() => {
      const many = Array.from({ length: 12 }, (_, type) =>
        Array.from({ length: type + 1 }, (__, at) =>
          fleetLine(`d${type}-${at}`, "gateway G1 gateway-v1", `type${type} L1 v1`),
        ),
      ).flat();
      const { stdout } = system.run([
        "plan",
        "manifest-v2.yaml",
        "--fleet",
        write("many.ndjson", many),
      ]);
      const told = [...stdout.matchAll(/^ {2}(\d+) devices?, such as/gm)].map(([, count]) => count);
      expect(told).toEqual(["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]);
      expect(stdout).toContain("The 10 largest of 12 groups:");
      expect(stdout).toContain("and 3 devices in smaller groups");
    }),
  );
});

describe("an answer for each line", () => {
  test("comes in order, with the line and the id, and the ids of its own Components", () => {
    const { exit, stdout } = system.run(["plan", "manifest-v2.yaml", "--fleet", all, "--json"]);
    expect(exit).toBe(14);
    const lines = stdout.trimEnd().split("\n");
    const told = lines.map((line) => {
      const answer: unknown = JSON.parse(line);
      return answer;
    });
    expect(told).toMatchObject([
      { line: 1, id: "alpha", type: "plan", from: { components: { "G-alpha": "gateway-v1" } } },
      { line: 2, id: "beta", type: "plan", from: { components: { "G-beta": "gateway-v1" } } },
      { line: 3, id: "gamma", type: "plan", stages: [] },
      { line: 4, id: "delta", type: "plan", cost: { installs: 1 } },
      { line: 5, id: "epsilon", type: "error", code: "component-type-missing" },
    ]);
    expect(lines[1]).toBe(lines[0]?.replaceAll("alpha", "beta").replace('"line":1', '"line":2'));
  });

  test("is written to a file, and never over an input", () => {
    const args = ["plan", "manifest-v2.yaml", "--fleet", good, "--json", "--out"];
    expect(system.run([...args, "answers.ndjson"])).toMatchObject({ exit: 0, stdout: "" });
    expect(readFileSync(system.path("answers.ndjson"), "utf8").trimEnd().split("\n")).toHaveLength(
      4,
    );
    const lost = system.run([...args, good]);
    expect(lost.exit).toBe(10);
    expect(lost.stdout).toContain('"code":"output-misplaced"');
    expect(readFileSync(system.path(good), "utf8")).toContain("alpha");
  });

  test(
    "goes to stdout where that is the file, and makes no file of that name",
    widening(() => {
      const args = ["plan", "manifest-v2.yaml", "--fleet", good, "--json"];
      const { exit, stdout } = system.run([...args, "--out", "-"]);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: system.run(args).stdout });
      expect(existsSync(system.path("-"))).toBe(false);
    }),
  );

  test("lies in a file without a name until all are there, so that whatever ends the program leaves nothing", async () => {
    const before = readdirSync(system.directory);
    const args = ["plan", "manifest-v2.yaml", "--fleet", "-", "--json", "--out", "half.ndjson"];
    const child = spawn(process.execPath, [programPath, ...args], {
      cwd: system.directory,
      env: { PATH: process.env["PATH"], ...system.environment },
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin.write(`${device("d1", "v1", "v1")}\n`);
    const fds = `/proc/${child.pid ?? 0}/fd`;
    const isHeld = () =>
      readdirSync(fds).some((fd) => {
        try {
          return /half\.ndjson.*\(deleted\)$/.test(readlinkSync(join(fds, fd)));
        } catch {
          // It was closed meanwhile.
          return false;
        }
      });
    while (!isHeld()) await new Promise((settle) => setTimeout(settle, 5));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(readdirSync(system.directory)).toEqual(before);
  });

  test("has nothing to wait for on an empty stream", () => {
    const { exit, stdout } = system.run(["plan", "manifest-v2.yaml", "--fleet", "-", "--json"]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
  });
});

describe("broken lines", () => {
  const broken = write("broken.ndjson", [
    device("alpha", "v1", "v1"),
    "{",
    "",
    device("alpha", "v2", "v2"),
    '{"id":"x"}',
    `{"id":"${"x".repeat(2 * 1024 * 1024)}"}`,
    device("beta", "v1", "v1").replace('"version"', '"verison"'),
    device("gam\u0001ma", "v1", "v1"),
    '{"id":"twice","components":[{"component_type":"rtos","id":"A","version":"?"},{"component_type":"rtos","id":"A","version":"?"}]}',
    ...Array.from({ length: 5 }, () => "[]"),
    device("omega", "v2", "v2"),
  ]);

  test("are counted, the first ten are named, and the others are answered", () => {
    const { exit, stdout } = system.run(["plan", "manifest-v2.yaml", "--fleet", broken]);
    expect(exit).toBe(11);
    expect(stdout).toContain("2 devices in 14 lines");
    expect(stdout.slice(stdout.indexOf("Broken:"))).toBe(
      `Broken: 12 lines, of which nothing is counted (file-too-large 1, json-syntax 1, missing-field 1, unknown-field 1, wrong-type 5, wrong-value 3).
  broken.ndjson:2:2: The JSON is broken here: expected a name in double quotes, got the end of the file. [json-syntax]
  broken.ndjson:4: A line before this one has the id "alpha", too. [wrong-value]
  broken.ndjson:5:1: The field "components" is missing in the file. [missing-field]
  broken.ndjson:6: Line 6 of "broken.ndjson" is too long to be the state of a device. [file-too-large]
  broken.ndjson:7:70: There is no field "verison" in "components[0]". [unknown-field]
  broken.ndjson:8:7: "id" must be a text of 1 to 256 characters on one line, without blanks at its ends, but is "gam\\x01ma". [wrong-value]
  broken.ndjson:9:78: Two Components have the id "A". [wrong-value]
  broken.ndjson:10:1: The file must be a map with id, system_type, components, but is an empty list. [wrong-type]
  broken.ndjson:11:1: The file must be a map with id, system_type, components, but is an empty list. [wrong-type]
  broken.ndjson:12:1: The file must be a map with id, system_type, components, but is an empty list. [wrong-type]
  and 2 more
`,
    );
  });

  test(
    "are answered in their place",
    widening(() => {
      const { stdout } = system.run(["plan", "manifest-v2.yaml", "--fleet", broken, "--json"]);
      const told = stdout
        .trimEnd()
        .split("\n")
        .slice(0, 4)
        .map((line) => {
          const answer: unknown = JSON.parse(line);
          return answer;
        });
      expect(told).toMatchObject([
        { line: 1, id: "alpha", type: "plan" },
        {
          line: 2,
          type: "error",
          code: "json-syntax",
          exit: 11,
          at: { file: "broken.ndjson", line: 2 },
        },
        { line: 4, type: "error", code: "wrong-value", exit: 11 },
        { line: 5, type: "error", code: "missing-field", exit: 11 },
      ]);
    }),
  );
});

test("a device says of which System type it is, and a Manifest for another one does not fit it", () => {
  const odd = write("odd.ndjson", [
    device("alpha", "v1", "v1").replace("{", '{"system_type":"boat",'),
    device("beta", "v1", "v1").replace("{", '{"system_type":"gateway-with-two-rtos",'),
  ]);
  const { exit, stdout } = system.run(["plan", "manifest-v2.yaml", "--fleet", odd]);
  expect(exit).toBe(14);
  expect(stdout).toContain('1 device, such as "alpha": the Manifest does not fit');
  expect(stdout).toContain('1 device, such as "beta": v.1 -> v.2');
});

describe("as a filter", () => {
  const args = [programPath, "plan", "manifest-v2.yaml", "--fleet", "-", "--json"];
  const options = {
    cwd: system.directory,
    env: { PATH: process.env["PATH"], ...system.environment },
  };

  test("it ends soon where the reader goes away, though lines come for ever", async () => {
    const child = spawn(process.execPath, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {});
    let count = 0;
    const feed = () => {
      while (
        !child.stdin.destroyed &&
        child.stdin.write(`${device(`d${(count += 1)}`, "v1", "v1")}\n`)
      );
    };
    child.stdin.on("drain", feed);
    child.stdout.once("data", () => child.stdout.destroy());
    feed();
    expect(await once(child, "exit")).toEqual([1, null]);
    child.stdin.destroy();
  });

  test(
    "it reads no faster than its answers are taken",
    widening(async () => {
      const child = spawn(process.execPath, args, {
        ...options,
        stdio: ["pipe", "pipe", "ignore"],
      });
      child.stdin.on("error", () => {});
      let isFull = false;
      let count = 0;
      // Nobody takes the answers to the lines that can be written until a pipe is full; it must not take them all.
      while (count < 200_000 && !isFull) {
        const line = `${device(`d${(count += 1)}`, "v1", "v1")}\n`;
        if (child.stdin.write(line)) continue;
        isFull = await Promise.race([
          once(child.stdin, "drain").then(() => false),
          idle(child.pid ?? 0).then(() => true),
        ]);
      }
      expect(isFull).toBe(true);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([1, null]);
    }),
  );

  test(
    "told to end while it waits for lines it says that it has not read them all",
    widening(async () => {
      const child = spawn(process.execPath, args, {
        ...options,
        stdio: ["pipe", "pipe", "ignore"],
      });
      child.stdin.write(`${device("d1", "v1", "v1")}\n`);
      let stdout = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (stdout === "") child.kill("SIGTERM");
        stdout += text;
      });
      expect(await once(child, "close")).toEqual([1, null]);
      expect(stdout).toContain('{"line":1,"id":"d1","type":"plan"');
      expect(stdout).toContain('"code":"interrupted"');
    }),
  );
});

/** Once the process has not used the processor for half a second. */
async function idle(pid: number): Promise<void> {
  const used = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ").slice(13, 15).join(" ");
  for (let before = ""; before !== used();) {
    before = used();
    await new Promise((settle) => setTimeout(settle, 500));
  }
}

describe("fleet merge", () => {
  const summary = (fleet: string, manifest = "manifest-v2-no-way.yaml") =>
    system.run(["plan", manifest, "--fleet", fleet, "--summary", "--json"]).stdout;

  test("adds up summaries, several of them in a file, to that of the whole", () => {
    const parts = [devices.slice(0, 2), devices.slice(2, 3), devices.slice(3)];
    const summaries = parts.map((lines, at) => summary(write(`part-${at}.ndjson`, lines)));
    writeFileSync(system.path("first.json"), summaries.slice(0, 2).join("\n"));
    writeFileSync(system.path("last.json"), summaries[2] ?? "");
    const merged = system.run(["fleet", "merge", "last.json", "first.json", "--json"]);
    expect(merged.stdout).toBe(summary(all));
    expect(merged.exit).toBe(14);
    const read = fleetSummaryShape.parse(JSON.parse(merged.stdout));
    expect(read.answers).toEqual({
      plan: 1,
      "nothing-to-do": 1,
      "no-plan": 2,
      undecided: 0,
      unfit: 1,
    });
    const text = system.run(["fleet", "merge", "last.json", "first.json"]).stdout;
    expect(text).toBe(system.run(["plan", "manifest-v2-no-way.yaml", "--fleet", all]).stdout);
  });

  test.each([
    [
      "of another Manifest",
      () => summary(good) + summary(good, "manifest-v2.yaml"),
      "This summary is of another Manifest than those before it.",
    ],
    [
      "that is none",
      () => '{"type":"plan"}',
      'This is no summary of a fleet: "type" is not as it should be.',
    ],
    ["that is no JSON", () => "{", "This is no summary of a fleet: it is no JSON on one line."],
    ["that is not there", () => "\n", 'There is no summary in "odd.json".'],
  ])("refuses one %s", (_, text, message) => {
    writeFileSync(system.path("odd.json"), text());
    const { exit, stderr } = system.run(["fleet", "merge", "odd.json"]);
    expect(exit).toBe(11);
    expect(stderr).toContain(message);
  });

  test("refuses a part that is empty beside one that is not, and one that is given twice", () => {
    writeFileSync(system.path("whole.json"), summary(good));
    writeFileSync(system.path("lost.json"), "");
    const lost = system.run(["fleet", "merge", "whole.json", "lost.json"]);
    expect(lost).toMatchObject({ exit: 11, stdout: "" });
    expect(lost.stderr).toBe(`lost.json: error: There is no summary in "lost.json". [missing-field]
  expected: what plan --fleet --summary --json prints, one a line
  hint: Make it anew: plan --fleet FILE --summary --json; without it the sum would lack a part.
`);
    const twice = system.run(["fleet", "merge", "whole.json", "whole.json"]);
    expect(twice).toMatchObject({ exit: 10, stdout: "" });
    expect(twice.stderr)
      .toBe(`error: "whole.json" is given twice: its devices would count twice. [invalid-argument]
  expected: each file once
  found: whole.json
  hint: Leave one of them out.
`);
  });

  test.skipIf(!needs("parallel"))(
    "adds up what GNU parallel has planned in blocks",
    widening(() => {
      const many = Array.from({ length: 3000 }, (_, at) =>
        device(`d${at}`, at % 3 === 0 ? "v2" : "v1", "v1"),
      );
      write("large.ndjson", many);
      const plan = `${process.execPath} ${programPath} plan manifest-v2-no-way.yaml --fleet - --summary --json`;
      const merged = execFileSync(
        "bash",
        [
          "-c",
          `parallel --will-cite --pipe --block 100k -j2 '${plan}' < large.ndjson 2>/dev/null | ${process.execPath} ${programPath} fleet merge - --json || true`,
        ],
        { cwd: system.directory, env: { ...process.env, ...system.environment }, encoding: "utf8" },
      );
      const read = fleetSummaryShape.parse(JSON.parse(merged));
      expect(read).toEqual(fleetSummaryShape.parse(JSON.parse(summary("large.ndjson"))));
      expect(read.devices).toBe(3000);
    }),
  );
});

test("--summary without --fleet is refused, and so is --fleet beside --state, or as a picture", () => {
  expect(system.run(["plan", "manifest-v2.yaml", "--summary"])).toMatchObject({ exit: 10 });
  const both = ["plan", "manifest-v2.yaml", "--fleet", all, "--state", "state-v1.yaml"];
  expect(system.run(both)).toMatchObject({ exit: 10 });
  const picture = ["plan", "manifest-v2.yaml", "--fleet", all, "--format", "svg"];
  expect(system.run(picture)).toMatchObject({ exit: 10 });
});
