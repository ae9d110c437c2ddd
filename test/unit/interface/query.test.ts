import { describe, expect, test } from "vitest";
import {
  askIdentity,
  askInventory,
  askProvides,
  askWord,
  callProblem,
} from "../../../src/interface/query.ts";
import { nodeClock } from "../../../src/platform/clock.ts";
import { nodeProcesses } from "../../../src/platform/processes.ts";
import { callSpec, fixtureInterface, scriptedInterface } from "../../support/interfaces.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const platform = { processes: nodeProcesses(), clock: nodeClock() };

const answering = `case $1 in
  Identity) echo id=B1 ;;
  Provides) printf 'rootfs-image.board.version=v1\\nartifact_name=board-v1\\n' ;;
  Inventory) printf 'net=eth0\\nnet=can0\\n' ;;
  NeedsArtifactReboot) echo Automatic ;;
esac`;

function specOf(executable: string) {
  return callSpec({ executable, call: "Identity", workDir: scratchDirectory() });
}

test("every query is asked by its own name and read by its own rules", async () => {
  const spec = specOf(scriptedInterface(scratchDirectory(), answering));

  expect(await askIdentity(platform, spec)).toEqual({ ok: true, value: "B1" });
  expect(await askProvides(platform, spec, "board")).toEqual({
    ok: true,
    value: new Map([
      ["rootfs-image.board.version", "v1"],
      ["artifact_name", "board-v1"],
    ]),
  });
  expect(await askInventory(platform, spec)).toEqual({
    ok: true,
    value: new Map([["net", ["eth0", "can0"]]]),
  });
  expect(await askWord(platform, spec, "NeedsArtifactReboot")).toEqual({
    ok: true,
    value: "Automatic",
  });
  expect(await askWord(platform, spec, "NeedsUnpackedArtifact")).toEqual({
    ok: true,
    value: "Yes",
  });
});

describe.each([
  "answers-with-blank",
  "answers-with-cr",
  "answers-twice",
  "answers-in-lower-case",
  "answers-garbage",
] as const)("%s", (name) => {
  test.each([
    "NeedsUnpackedArtifact",
    "ProvidePayloadFileSizes",
    "NeedsArtifactReboot",
    "SupportsRollback",
  ] as const)("fails the state that needed %s", async (query) => {
    const asked = await askWord(platform, specOf(fixtureInterface(`misbehaving/${name}`)), query);
    expect(asked).toMatchObject({
      ok: false,
      failure: { kind: "problem", problem: { code: "answer-invalid" } },
    });
  });

  test("tells neither who it is nor what it has", async () => {
    const spec = specOf(fixtureInterface(`misbehaving/${name}`));
    expect(await askIdentity(platform, spec)).toMatchObject({
      ok: false,
      problems: [{ code: "identity-invalid" }],
    });
    const provides = await askProvides(platform, spec, "board");
    expect(provides.ok ? [] : provides.problems.map(({ code }) => code)).toContain(
      "provides-invalid",
    );
  });
});

test("a query that fails answers nothing, whatever it printed", async () => {
  const spec = specOf(scriptedInterface(scratchDirectory(), "echo id=B1; exit 3"));

  expect(await askIdentity(platform, spec)).toEqual({
    ok: false,
    failure: { kind: "exited", code: 3 },
    problems: [
      {
        code: "interface-failed",
        message: 'The Interface "board" failed in Identity: exit status 3.',
        expected: "exit status 0",
        hint: "Its own messages say why; call it by hand to see them all.",
      },
    ],
  });
});

test("every way to fail is told in a sentence", () => {
  const told = [
    callProblem("board", "Provides", { kind: "signalled", signal: "SIGSEGV" }),
    callProblem("board", "Provides", { kind: "timed-out", afterMs: 1500 }),
    callProblem("board", "Provides", { kind: "not-started", message: "permission denied" }),
    callProblem("board", "Provides", { kind: "interrupted" }),
  ];
  expect(told.map(({ message }) => message)).toEqual([
    'The Interface "board" failed in Provides: ended by SIGSEGV.',
    'The Interface "board" failed in Provides: it took longer than 1.5 s.',
    'The Interface "board" failed in Provides: it could not be started (permission denied).',
    'The Interface "board" failed in Provides: it was ended because this program was told to end.',
  ]);
});
