import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import { sarifMistakes } from "../support/sarif-schema.ts";
import { type SeedSystem, copySeedSystem } from "../support/seed-system.ts";

const github = z
  .object({
    env: z.record(z.string(), z.string()),
    jobs: z.object({
      system: z.object({
        steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })),
      }),
    }),
  })
  .parse(parse(readFileSync("docs/ci/github.yml", "utf8")));

const gitlab = z
  .object({
    variables: z.record(z.string(), z.string()),
    system: z.object({ script: z.array(z.string()), after_script: z.array(z.string()) }),
  })
  .parse(parse(readFileSync("docs/ci/gitlab.yml", "utf8")));

/** The last row of the table in which rows without effect are looked for. */
const lastTransition = "    | gateway-v2.mender | rtos-v2.mender | n/a        |";

let system: SeedSystem;

beforeEach(() => {
  system = copySeedSystem();
  copyFileSync(system.path("state-v1.yaml"), system.path("state.yaml"));
  mkdirSync(system.path("before"));
});
afterEach(() => system.remove());

function release(name: string, edit: (text: string) => string = (text) => text): void {
  const text = readFileSync(system.path("manifest-v2.yaml"), "utf8");
  writeFileSync(system.path(name), edit(text));
}

/** As a runner calls it: a shell that stops at the first failure, with the variables of the recipe. */
function run(script: string, variables: Readonly<Record<string, string>>): number | null {
  const { status } = spawnSync("bash", ["-e", "-c", script], {
    cwd: system.directory,
    env: {
      ...variables,
      GITHUB_STEP_SUMMARY: system.path("summary.md"),
      PATH: path,
    },
    stdio: "ignore",
  });
  return status;
}

const path = `${dirname(programPath)}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;

/** The exit status of each step that runs our program, by its name. */
function runGithub(names = /^/): Readonly<Record<string, number | null>> {
  const own = github.jobs.system.steps.flatMap(({ name = "", run: script }) =>
    script?.includes("orchestrator ") === true && names.test(name) ? [{ name, script }] : [],
  );
  return Object.fromEntries(own.map(({ name, script }) => [name, run(script, github.env)]));
}

const read = (name: string) => readFileSync(join(system.directory, name), "utf8");

describe("the workflow for GitHub", () => {
  test("passes a release that is good, and writes comment, summary, SARIF and JUnit", () => {
    release("manifest.yaml");
    release("before/manifest.yaml");
    expect(runGithub()).toEqual({
      "Validate, warnings too": 0,
      "Validate for the diff": 0,
      Plan: 0,
      "What differs from the release before": 0,
      "Simulate every fault": 0,
    });
    expect(read("plan.md")).toContain('## Plan for "system-core-v2"\n');
    expect(read("plan.md")).toContain("```mermaid\nflowchart LR\n");
    expect(read("summary.md")).toBe(read("plan.md"));
    expect(read("simulate.xml")).toContain('tests="5" failures="0"');
    const log: unknown = JSON.parse(read("validate.sarif"));
    expect(sarifMistakes(log)).toEqual([]);
    expect(log).toMatchObject({ runs: [{ results: [] }] });
  });

  test("stops on a warning, which stands at its line of the diff", () => {
    const row = "    | gateway-v9.mender | rtos-v2.mender | NO         |";
    release("manifest.yaml", (text) => `${text.trimEnd()}\n`.replace(lastTransition, `$&\n${row}`));
    expect(runGithub(/^Validate/)).toEqual({
      "Validate, warnings too": 11,
      "Validate for the diff": 11,
    });
    const log: unknown = JSON.parse(read("validate.sarif"));
    expect(sarifMistakes(log)).toEqual([]);
    expect(log).toMatchObject({
      runs: [
        {
          results: [
            {
              ruleId: "version-without-artifact",
              level: "error",
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "manifest.yaml" },
                    region: { startLine: 8, startColumn: 3 },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test("stops where there is no plan, and the comment says why", () => {
    copyFileSync(system.path("manifest-v2-no-way.yaml"), system.path("manifest.yaml"));
    release("before/manifest.yaml");
    expect(runGithub(/^(?!Validate)/)).toEqual({
      Plan: 14,
      "What differs from the release before": 14,
      "Simulate every fault": 14,
    });
    expect(read("summary.md")).toContain("There is no acceptable plan");
    expect(read("simulate.xml")).toContain('<failure message="No order of the updates');
  });
});

describe("the job for GitLab", () => {
  test("passes a release that is good", () => {
    release("manifest.yaml");
    expect(run(gitlab.system.script.join("\n"), gitlab.variables)).toBe(0);
    expect(read("simulate.xml")).toContain('tests="5" failures="0"');
    expect(read("plan.md")).toContain("```mermaid\n");
  });

  test.skipIf(!needs("curl"))("notes the plan in the merge request", async () => {
    const plan = '## Plan\n\n<script> & "x" = 1 + 1 %\n';
    writeFileSync(system.path("plan.md"), plan);
    const noted = await notedBy(gitlab.system.after_script.join("\n"));
    expect(noted).toEqual({
      url: "/api/v4/projects/7/merge_requests/3/notes",
      token: "secret",
      body: plan,
    });
  });

  test("stops at the first command where there is a problem", () => {
    release("manifest.yaml", (text) => text.replace("name:", "nmae:"));
    expect(run(gitlab.system.script.join("\n"), gitlab.variables)).toBe(11);
  });
});

/** What a server is sent by the script in place of GitLab's. */
async function notedBy(script: string): Promise<unknown> {
  const server = createServer();
  const received = new Promise((settle) => {
    server.on("request", (request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        response.end("{}");
        const body = new URLSearchParams(text).get("body");
        settle({ url: request.url, token: request.headers["private-token"], body });
      });
    });
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const env = {
    PATH: path,
    COMMENT_TOKEN: "secret",
    CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`,
    CI_PROJECT_ID: "7",
    CI_MERGE_REQUEST_IID: "3",
  };
  const child = spawn("bash", ["-e", "-c", script], {
    cwd: system.directory,
    env,
    stdio: "ignore",
  });
  await once(child, "exit");
  const told = child.exitCode === 0 ? await received : child.exitCode;
  server.close();
  return told;
}
