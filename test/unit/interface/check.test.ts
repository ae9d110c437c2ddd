import { chmodSync, copyFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { ComponentType } from "../../../src/core/ids.ts";
import { madeUpArtifact } from "../../../src/interface/check-artifact.ts";
import { checkInterface, type CheckSpec, type Finding } from "../../../src/interface/check.ts";
import { nodePlatform } from "../../../src/platform/node.ts";
import {
  checkVerdict,
  findingLines,
  findingsSummary,
} from "../../../src/report/interface-check.ts";
import { plainStyle } from "../../../src/report/style.ts";
import { collect } from "../../support/byte-sources.ts";
import { scriptedInterface } from "../../support/interfaces.ts";
import { realValidate } from "../../support/mender-artifact.ts";
import { needs } from "../../support/needs.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { copySeedSystem } from "../../support/seed-system.ts";
import { inTier, oneOfEachKind, widening } from "../../support/tier.ts";

const componentType = ComponentType.parse("board");

async function findingsOf(
  changes: Partial<CheckSpec> & { executable: string },
  tell: (finding: Finding) => void = () => {},
) {
  const spec: CheckSpec = {
    args: [],
    componentType,
    interfaceName: "board",
    environment: { PATH: process.env["PATH"] ?? "" },
    timeoutMs: 60_000,
    graceMs: 5000,
    signal: new AbortController().signal,
    artifact: null,
    ...changes,
  };
  const findings: Finding[] = [];
  for await (const finding of checkInterface(nodePlatform(), spec)) {
    findings.push(finding);
    tell(finding);
  }
  return findings;
}

/** What is not in order, as `<status> <clause>`. */
function complaints(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ status }) => status === "fail" || status === "warn")
    .map(({ clause, status }) => `${status} ${clause}`);
}

/** A copy, because one of them removes itself. */
function copyOf(
  kind: "behaving" | "misbehaving",
  name: string,
  atEnd: typeof onTestFinished = onTestFinished,
): string {
  const executable = join(scratchDirectory(atEnd), "board");
  copyFileSync(resolve("fixtures/interfaces", kind, name), executable);
  return executable;
}

describe("an Interface that is true to the protocol passes", () => {
  const all = readdirSync(resolve("fixtures/interfaces/behaving"));
  const some = oneOfEachKind(all, (name) => name.split("-")[0] ?? name);

  test.each(some)("%s", async (name) => {
    expect(complaints(await findingsOf({ executable: copyOf("behaving", name) }))).toEqual([]);
  });

  test.each(inTier(["rtos", "rtos-whole"], ["gateway", "rtos", "rtos-streaming", "rtos-whole"]))(
    "the seed's %s",
    async (name) => {
      const seed = copySeedSystem();
      onTestFinished(() => seed.remove());

      const findings = await findingsOf({
        executable: seed.path("interfaces/v1", name),
        interfaceName: name,
        args: ["R456"],
      });

      expect(complaints(findings)).toEqual([]);
      expect(seed.version("R456")).toBe("rtos-v1");
    },
  );
});

describe("a wrong one is told its clauses", () => {
  const allWords = [
    "fail needs-unpacked-artifact",
    "fail provide-payload-file-sizes",
    "fail supports-rollback",
    "fail needs-artifact-reboot",
  ];
  const expected: Readonly<Record<string, readonly string[]>> = {
    "answers-garbage": [
      "fail unknown-word",
      "fail identity",
      "fail provides",
      "fail inventory",
      ...allWords,
    ],
    "answers-in-lower-case": ["fail identity", "fail provides", ...allWords],
    "answers-twice": ["fail identity", "fail provides", ...allWords],
    "answers-unknown": [
      "fail unknown-word",
      "fail identity",
      "fail provides",
      "fail inventory",
      ...allWords,
      "warn download",
    ],
    "answers-with-blank": ["fail identity", "fail provides", ...allWords],
    "answers-with-cr": ["fail identity", "fail provides", ...allWords],
    "asks-beyond-the-end": ["fail missing-stream"],
    "dies-half-way": ["warn download"],
    "ends-well-on-sigterm": ["fail download"],
    escapes: ["fail download"],
    "fails-at-once": ["warn download"],
    "forks-and-fails": ["warn download"],
    hangs: ["fail download"],
    "hangs-while-reading": ["fail download"],
    "holds-stdout": ["fail nobody-left"],
    "ignores-sigterm": ["fail download"],
    "kills-itself": ["fail download"],
    "reads-half": ["fail download"],
    "reads-half-of-each": ["fail download"],
    "reads-only-first": ["fail download"],
    "reads-only-names": ["fail download"],
    "reads-twice": ["fail missing-stream"],
    "removes-pipes": ["fail download"],
    "replaces-pipes": ["fail download"],
    "skips-last-read": ["fail download"],
    vanishes: ["fail download"],
  };

  /** These are there until their time is up. */
  const hanging = ["ends-well-on-sigterm", "hangs", "hangs-while-reading", "ignores-sigterm"];

  const tried = oneOfEachKind(
    Object.entries(expected),
    ([name, told]) => `${told[0] ?? ""}, ${hanging.includes(name) ? "hanging" : "ending"}`,
  );

  test.concurrent.for(tried)("%s", { timeout: 180_000 }, async ([name, told], context) => {
    const timeoutMs = hanging.includes(name) ? 10_000 : 60_000;
    const executable = copyOf("misbehaving", name, context.onTestFinished);
    const findings = await findingsOf({ executable, timeoutMs });
    expect(complaints(findings)).toEqual(told);
  });
});

const answering = `case $1 in
  Identity) echo id=B1 ;;
  Provides) echo rootfs-image.board.version=v1 ;;
esac`;

test("every clause is told, in order, with what was found", async () => {
  const executable = scriptedInterface(
    scratchDirectory(),
    `${answering}
     [ "$1" = Download ] || exit 0
     while s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >/dev/null || exit; done`,
  );

  const findings = await findingsOf({ executable });

  expect(findings.map(({ clause, status, why }) => `${status} ${clause}: ${why}`)).toEqual([
    "pass executable: it is",
    "pass unknown-word: it does",
    'pass identity: it is "B1"',
    "pass provides: rootfs-image.board.version=v1",
    "pass inventory: it is empty",
    "pass needs-unpacked-artifact: Yes",
    "pass provide-payload-file-sizes: No",
    "pass supports-rollback: No",
    "pass needs-artifact-reboot: No",
    "pass verify-reboot: it does not apply: it does not let the host reboot",
    "pass download: it reads them",
    "pass blanks: it does",
    "pass download-again: it can",
    "pass missing-stream: exit status 1",
    "pass broken-payload: it does",
    "pass interrupted: it does",
    "pass logs: they do not",
    "pass nobody-left: it does not",
  ]);
});

test("what is no Interface is told once", async () => {
  const executable = join(scratchDirectory(), "board");

  const findings = await findingsOf({ executable });

  expect(findings[0]).toEqual({
    clause: "executable",
    title: "It is an executable file that only its owner can write.",
    status: "fail",
    why: `There is no Interface "${executable}".`,
    log: [],
  });
  expect(new Set(findings.slice(1).map(({ status, why }) => `${status}: ${why}`))).toEqual(
    new Set(["skip: there is nothing to be called"]),
  );
});

test("one that others can write is told so, and tried all the same", async () => {
  const executable = scriptedInterface(scratchDirectory(), answering);
  chmodSync(executable, 0o777);

  expect(complaints(await findingsOf({ executable }))).toEqual(["fail executable"]);
});

test.each([
  [
    "Automatic without ArtifactVerifyReboot",
    "NeedsArtifactReboot) echo Automatic ;;",
    "warn verify-reboot",
  ],
  ["another identity each time", "Identity) echo id=$$ ;;", "fail identity"],
  ["another version each time", "Provides) echo rootfs-image.version=$$ ;;", "fail provides"],
  [
    "device_type",
    "Provides) printf 'device_type=x\\nrootfs-image.version=v1\\n' ;;",
    "fail provides",
  ],
  ["a log on stdout of an unknown word", "WordOf*) echo hello ;;", "fail unknown-word"],
  ["a log without end", "Inventory) seq 20000 >&2 ;;", "warn logs"],
  ["a file of its own in the work dir", "Download) touch mine ;;", "warn download"],
  ["a Cleanup that fails", "Cleanup) exit 1 ;;", "fail download"],
])("%s", async (_, row, told) => {
  const executable = scriptedInterface(
    scratchDirectory(),
    `case $1 in ${row} Identity) echo id=B1 ;; Provides) echo rootfs-image.version=v1 ;; esac`,
  );

  expect(complaints(await findingsOf({ executable }))).toEqual([told]);
});

test("one that implements ArtifactVerifyReboot may answer Automatic", async () => {
  const executable = scriptedInterface(
    scratchDirectory(),
    `${answering}\ncase $1 in NeedsArtifactReboot) echo Automatic ;; ArtifactVerifyReboot) exit 0 ;; esac`,
  );

  const findings = await findingsOf({ executable });

  expect(complaints(findings)).toEqual([]);
  expect(findings.find(({ clause }) => clause === "verify-reboot")?.why).toBe("the word is in it");
});

test("one that does not end on SIGTERM had to be killed, and that is told", async () => {
  const executable = scriptedInterface(
    scratchDirectory(),
    `${answering}
     [ "$1" = Download ] || exit 0
     trap '' TERM
     while s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >/dev/null || exit; done`,
  );

  const findings = await findingsOf({ executable, graceMs: 500 });

  expect(findings.find(({ clause }) => clause === "interrupted")?.why).toBe(
    "It did not end on SIGTERM within 500 ms and had to be killed.",
  );
});

test("what is not tried because it is told to end is told as that, and no clause is broken by it", async () => {
  const executable = scriptedInterface(scratchDirectory(), answering);
  const findings = await findingsOf({ executable, signal: AbortSignal.abort() });
  expect(new Set(findings.map(({ status, why }) => `${status}: ${why}`))).toEqual(
    new Set(["skip: this program was told to end"]),
  );
  expect(checkVerdict(findings, true)).toBe("interrupted");
});

test("what is found of a call that is interrupted is not held against it", async () => {
  const stop = new AbortController();
  const executable = scriptedInterface(
    scratchDirectory(),
    `${answering}\n[ "$1" != Inventory ] || { echo here >&2; sleep 60; }`,
  );
  const findings: Finding[] = [];
  const checking = findingsOf({ executable, signal: stop.signal }, (finding) => {
    findings.push(finding);
    if (finding.clause === "provides") setImmediate(() => stop.abort());
  });
  await checking;
  expect(findings.map(({ status, clause }) => `${status} ${clause}`).slice(0, 6)).toEqual([
    "pass executable",
    "pass unknown-word",
    "pass identity",
    "pass provides",
    "skip inventory",
    "skip needs-unpacked-artifact",
  ]);
  expect(checkVerdict(findings, true)).toBe("interrupted");
  expect(findingsSummary(findings, "interrupted", plainStyle)).toBe(
    "Interrupted: it breaks no clause that was tried, 14 clauses not tried.",
  );
});

describe("a work dir with a blank", () => {
  const unquoted = `${answering}
     [ "$1" = Download ] || exit 0
     cd $2 && while s=$(cat stream-next) && [ -n "$s" ]; do cat $2/$s >/dev/null || exit; done`;

  test("is a clause of its own and a warning, and hides no other clause", async () => {
    const executable = scriptedInterface(scratchDirectory(), unquoted);
    const findings = await findingsOf({ executable });
    expect(complaints(findings)).toEqual(["warn blanks"]);
    expect(findings.find(({ clause }) => clause === "blanks")?.why).toContain("must be quoted");
    expect(findings.filter(({ status }) => status === "skip")).toEqual([]);
    expect(checkVerdict(findings, false)).toBe("true");
  });

  test(
    "is no trouble for one that quotes",
    widening(async () => {
      const quoted = unquoted.replace("cd $2", 'cd "$2"').replace("$2/$s", '"$2/$s"');
      const executable = scriptedInterface(scratchDirectory(), quoted);
      expect(complaints(await findingsOf({ executable }))).toEqual([]);
    }),
  );
});

describe("the payload that it is tried with", () => {
  const oneFile = `${answering}
     [ "$1" = Download ] || exit 0
     first=$(cat stream-next) && cat "$first" >/dev/null || exit
     [ -z "$(cat stream-next)" ] || { echo "one file only" >&2; exit 1; }`;

  test("is a single file where three are refused", async () => {
    const executable = scriptedInterface(scratchDirectory(), oneFile);
    const findings = await findingsOf({ executable });
    expect(complaints(findings)).toEqual([]);
    expect(findings.find(({ clause }) => clause === "download")?.why).toBe(
      "it reads them, of a made-up payload of one file",
    );
    expect(checkVerdict(findings, false)).toBe("true");
  });

  const choosy = `${answering}
     [ "$1" = Download ] || exit 0
     [ "$(cat header/artifact_name)" = rtos-v2 ] || { echo "not for me" >&2; exit 1; }
     while s=$(cat stream-next) && [ -n "$s" ]; do cat "$s" >/dev/null || exit; done`;

  test("is told as not tried where it takes none, with what it says", async () => {
    const executable = scriptedInterface(scratchDirectory(), choosy);
    const findings = await findingsOf({ executable });
    expect(complaints(findings)).toEqual(["warn download"]);
    const download = findings.find(({ clause }) => clause === "download");
    expect(download?.log).toContain("not for me");
    expect(download && findingLines(download, plainStyle)).toEqual([
      "warn  download                    Download: it reads every stream whole and once, or leaves all of them alone. It ended in exit status 1. The payload is made up: if it looks into it, that is right; give an Artifact of its own with --artifact.",
      "      | not for me",
      "      | not for me",
    ]);
    expect(checkVerdict(findings, false)).toBe("untried");
    expect(findingsSummary(findings, "untried", plainStyle)).toBe(
      "It breaks no clause that was tried, but not all were, 5 clauses not tried, 1 warning.",
    );
  });

  test.each(inTier(["Yes"], ["Yes", "No"]))(
    "is an Artifact that is given (NeedsUnpackedArtifact %s)",
    async (word) => {
      const answer = `case $1 in NeedsUnpackedArtifact) echo ${word}; exit ;; esac`;
      const executable = scriptedInterface(scratchDirectory(), `${answer}\n${choosy}`);
      const platform = nodePlatform();
      const source = platform.files.openSource(
        resolve("fixtures/systems/seed/artifacts/rtos-v2.mender"),
      );
      onTestFinished(() => source.close());
      const { decompressors } = platform;
      const artifact = await readArtifact(source, [], decompressors);
      if (!artifact.ok) throw new Error("the fixture is sound");
      const given = { source, artifact: artifact.value, decompressors };
      const findings = await findingsOf({ executable, artifact: given });
      expect(complaints(findings)).toEqual([]);
      expect(checkVerdict(findings, false)).toBe("true");
    },
  );
});

describe("the Artifact that is made up for it", () => {
  test("is sound", async () => {
    const verified = await verifyArtifact(await madeUpArtifact(componentType, "three", false), []);
    expect(
      verified.ok ? verified.value.files.map(({ name, size }) => `${name} ${size}`) : [],
    ).toEqual(["check-large.bin 200000", "check-empty.bin 0", "check-small.bin 27"]);
  });

  test.skipIf(!needs("mender-artifact"))("mender-artifact says so, too", async () => {
    const source = await madeUpArtifact(componentType, "three", false);
    expect(realValidate(await collect(source.read(0, source.size)))).toBe(true);
  });

  test("is wrong in one byte where it must be", async () => {
    const verified = await verifyArtifact(await madeUpArtifact(componentType, "three", true), []);
    expect(verified.ok ? "" : verified.problems[0]?.message).toBe(
      'The checksum of "data/0000/check-small.bin" in "interface-check.mender" is wrong.',
    );
  });
});
