import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import type { Event } from "../../../src/core/events.ts";
import { ComponentId, Version } from "../../../src/core/ids.ts";
import type { Progress } from "../../../src/deployment/deployment.ts";
import { begin } from "../../../src/deployment/evolve.ts";
import { performer } from "../../../src/executor/perform.ts";
import { workDirOf } from "../../../src/interface/work-dir.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import { buildArtifact } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";
import { beginOf } from "../../support/drive.ts";
import { scriptedInterface } from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const id = ComponentId.parse("B");
const first = beginOf({ boards: [{ id: "B", group: 0 }] });

/** The second stage asks B its first question, with a work dir that was made as `deploymentId`. */
async function preparedOver(deploymentId: string, owedCleanup: Progress | undefined) {
  const scratch = scratchDirectory();
  const places = datastoreAt(join(scratch, "datastore"));
  const workDir = workDirOf(places.payloads, id);
  mkdirSync(join(workDir, "tmp"), { recursive: true });
  writeFileSync(join(workDir, "tmp", "backup"), "v1");
  writeFileSync(join(workDir, "deployment_id"), deploymentId);
  const source = memorySource("b.mender", await buildArtifact());
  const artifact = await readArtifact(source, []);
  if (!artifact.ok) throw new Error("no Artifact");
  const told: Event[] = [];
  const executable = scriptedInterface(scratch, "echo Yes");
  const signal = new AbortController().signal;
  const perform = performer({
    platform: nodePlatform(),
    executable: () => executable,
    places,
    environment: { PATH: process.env["PATH"] ?? "" },
    graceMs: 500,
    keys: [],
    open: () =>
      Promise.resolve({
        ok: true,
        value: {
          source,
          artifact: artifact.value,
          keep: () => Promise.resolve(),
          close: () => {},
        },
      }),
    versionOf: () => Version.parse("board-v1"),
    provides: new Map([[id, new Map()]]),
    makeRoom: () => Promise.resolve(false),
    emit: (event) => told.push(event),
    markCall: () => "a-call",
  });
  const deployment = begin(first, {
    type: "run",
    at: first.at,
    runId: "r",
    bootId: "boot-1",
    verb: "install",
    stopBefore: [],
    exitOnReboot: false,
  });
  const [member] = deployment.members;
  if (member === undefined) throw new Error("no member");
  const end = await perform({
    deployment: { ...deployment, stage: 1 },
    round: "NeedsUnpackedArtifact",
    member: { ...member, ran: { OwedCleanup: owedCleanup } },
    runId: "r",
    signal,
    onStarted: () => {},
  });
  return {
    end,
    madeFor: readFileSync(join(workDir, "deployment_id"), "utf8"),
    isAside: existsSync(join(workDirOf(places.setAside, id), "tmp", "backup")),
    isKept: existsSync(join(workDir, "tmp", "backup")),
    notes: told.flatMap((event) => (event.type === "note" ? [event.message] : [])),
  };
}

const answered = { end: { failure: null, answer: "Yes" }, madeFor: "d1-2\n" };

test.each(["failed", "interrupted"] as const)(
  "the work dir of an owed Cleanup that has %s is set aside and told before a new one is made",
  async (progress) => {
    const prepared = await preparedOver("d1-1\n", progress);
    expect(prepared).toMatchObject({ ...answered, isAside: true, isKept: false });
    expect(prepared.notes).toEqual([
      expect.stringMatching(/^the Cleanup that B owed has not come to its end: .* set aside as /),
    ]);
  },
);

test.each([
  ["of this stage itself", "d1-2\n", "interrupted", true],
  ["that was never made whole", "d1-", "interrupted", false],
  ["of an owed Cleanup that was made good", "d1-1\n", "ok", false],
  ["of nobody who owes", "d1-1\n", undefined, false],
] as const)("a work dir %s is not set aside", async (_, deploymentId, progress, isKept) => {
  const prepared = await preparedOver(deploymentId, progress);
  expect(prepared).toMatchObject({ ...answered, isAside: false, isKept, notes: [] });
});
