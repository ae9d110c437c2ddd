import { describe, expect, it } from "vitest";
import { limits } from "../../../src/artifact/limits.ts";
import { verifyArtifact } from "../../../src/artifact/verify.ts";
import { type ArtifactParts, buildArtifact, sha256 } from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";

async function problemsOf(changes: Partial<ArtifactParts>) {
  const read = await verifyArtifact(memorySource("a.mender", await buildArtifact(changes)), []);
  return read.ok ? [] : read.problems;
}

const otherSum = sha256("something else");

describe("the lines of the manifest", () => {
  it.each([
    [
      "upper case",
      (line: string) => line.toUpperCase(),
      "is not a checksum, two blanks and a name",
    ],
    [
      "one blank",
      (line: string) => line.replace("  ", " "),
      "is not a checksum, two blanks and a name",
    ],
    [
      "an asterisk",
      (line: string) => line.replace("  ", " *"),
      "is not a checksum, two blanks and a name",
    ],
    [
      "a tab",
      (line: string) => line.replace("  ", "\t"),
      "is not a checksum, two blanks and a name",
    ],
    ["a short sum", (line: string) => line.slice(1), "is not a checksum, two blanks and a name"],
    [
      "CRLF",
      (line: string) => `${line}\r`,
      'has the name "data/0000/image.bin\\r", which is not allowed',
    ],
    [
      "three blanks",
      (line: string) => line.replace("  ", "   "),
      'has the name " data/0000/image.bin", which is not allowed',
    ],
    [
      "a name with a blank",
      (line: string) => line.replace("image", "im age"),
      'has the name "data/0000/im age.bin", which is not allowed',
    ],
    ["no name", (line: string) => line.slice(0, 66), 'has the name "", which is not allowed'],
    ["a blank line", (line: string) => `\n${line}`, "is not a checksum, two blanks and a name"],
    [
      "a second time",
      (line: string) => `${line}\n${line}`,
      'lists "data/0000/image.bin" a second time',
    ],
  ])("are refused with %s", async (_, change, what) => {
    const problems = await problemsOf({
      manifest: ([first = "", ...lines]) => [change(first), ...lines, ""].join("\n"),
    });

    const line = what.includes("second time") ? 2 : 1;
    expect(problems).toEqual([
      {
        code: "artifact-manifest-invalid",
        message: `The "manifest" of "a.mender" cannot be used: line ${line} ${what}.`,
        at: { file: "a.mender" },
        hint: "Make the Artifact again with `mender-artifact`.",
      },
    ]);
  });

  it("end with a newline, the last one too", async () => {
    expect(await problemsOf({ manifest: (lines) => lines.join("\n") })).toMatchObject([
      {
        message: 'The "manifest" of "a.mender" cannot be used: line 4 does not end with a newline.',
      },
    ]);
  });

  it("have names of at most 100 characters", async () => {
    const name = "x".repeat(limits.manifestName - "data/0000/".length);

    expect(await problemsOf({ files: [{ name, content: "x" }] })).toEqual([]);
    const problems = await problemsOf({ files: [{ name: `${name}x`, content: "x" }] });
    expect(problems).toMatchObject([{ code: "artifact-manifest-invalid" }]);
    expect(problems[0]?.message).toContain(
      `has the name "data/0000/${name}x", which has 101 characters, and may have at most 100; of a payload file, its own name at most 90.`,
    );
  });

  it.each([
    "data/0000/../x",
    "data/0000/a/b",
    "data/0000/",
    "data/0000/..",
    "/etc/passwd",
    "other",
    "data/x",
  ])("never name %s", async (name) => {
    expect(
      await problemsOf({ manifest: (lines) => [...lines, `${otherSum}  ${name}`, ""].join("\n") }),
    ).toMatchObject([
      {
        message: `The "manifest" of "a.mender" cannot be used: it lists "${name}", which belongs to no Artifact.`,
      },
    ]);
  });

  it("list at most the published number of payload files", async () => {
    const many = Array.from(
      { length: limits.payloadFiles },
      (_, at) => `${otherSum}  data/0000/${at}`,
    );

    expect(
      await problemsOf({ manifest: (lines) => [...lines, ...many, ""].join("\n") }),
    ).toMatchObject([{ code: "archive-too-large", expected: "at most 1000", got: "1002" }]);
  });
});

describe("what the manifest lists", () => {
  it.each([
    ["version", "it does not list `version`"],
    ["header.tar.gz", "it does not list the header"],
  ])("has %s in it", async (name, what) => {
    expect(
      await problemsOf({
        manifest: (lines) =>
          [...lines.filter((line) => !line.endsWith(`  ${name}`)), ""].join("\n"),
      }),
    ).toMatchObject([{ message: `The "manifest" of "a.mender" cannot be used: ${what}.` }]);
  });

  it("is one header and not two", async () => {
    expect(
      await problemsOf({
        manifest: (lines) => [...lines, `${otherSum}  header.tar.xz`, ""].join("\n"),
      }),
    ).toMatchObject([
      { message: 'The "manifest" of "a.mender" cannot be used: it lists more than one header.' },
    ]);
  });

  it("is the header under its very name", async () => {
    expect(
      await problemsOf({
        manifest: (lines) => lines.map((line) => `${line.replace("tar.gz", "tar.xz")}\n`).join(""),
      }),
    ).toMatchObject([{ code: "artifact-layout", expected: "header.tar.xz", got: "header.tar.gz" }]);
  });

  it.each(["version", "header.tar.gz", "data/0000/image.bin", "data/0000/notes.txt"])(
    "must be the checksum of %s",
    async (name) => {
      const problems = await problemsOf({
        manifest: (lines) =>
          lines
            .map((line) => (line.endsWith(`  ${name}`) ? `${otherSum}  ${name}\n` : `${line}\n`))
            .join(""),
      });

      expect(problems).toMatchObject([
        {
          code: "artifact-checksum",
          message: `The checksum of "${name}" in "a.mender" is wrong.`,
          expected: otherSum,
        },
      ]);
    },
  );

  it("is there: a file that is listed and absent is refused", async () => {
    expect(
      await problemsOf({
        manifest: (lines) => [...lines, `${otherSum}  data/0000/extra`, ""].join("\n"),
      }),
    ).toMatchObject([
      {
        code: "artifact-manifest-invalid",
        message: '"a.mender" lacks "extra", which its manifest lists.',
      },
    ]);
  });

  it("is all there is: a file that is not listed is refused", async () => {
    expect(
      await problemsOf({
        manifest: (lines) =>
          lines
            .filter((line) => !line.endsWith("notes.txt"))
            .map((line) => `${line}\n`)
            .join(""),
      }),
    ).toMatchObject([
      {
        code: "artifact-manifest-invalid",
        message: '"a.mender" holds "notes.txt", which its manifest does not list.',
      },
    ]);
  });
});
