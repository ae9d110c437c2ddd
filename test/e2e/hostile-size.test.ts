import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { encodeHeader } from "../../src/artifact/tar-header.ts";
import { buildArtifact } from "../support/artifacts.ts";
import { needs } from "../support/needs.ts";
import { programPath } from "../support/program.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { oneOfEachKind } from "../support/tier.ts";

/** Input that is made to exhaust the machine, given to the built program, whose memory is measured. */

const mebi = 2 ** 20;

/** Twice of what Node alone takes; less than Node and any of the inputs together. */
const allowed = 128 * mebi;

/** Tells the most memory that the process ever had, which its parent's is no part of; kilobytes. */
const watch = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync, writeFileSync } from "node:fs";
   process.on("exit", () => writeFileSync(process.env.PEAK_FILE, /VmHWM:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]));`,
)}`;

function run(directory: string, args: readonly string[]) {
  const peakFile = join(directory, "peak");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--max-old-space-size=192", "--import", watch, programPath, ...args],
    {
      cwd: directory,
      env: {
        PATH: process.env["PATH"],
        PEAK_FILE: peakFile,
        MENDER_ORCHESTRATOR_DATASTORE_DIR: join(directory, "datastore"),
      },
      encoding: "utf8",
      timeout: 50_000,
      killSignal: "SIGKILL",
      maxBuffer: 64 * mebi,
    },
  );
  return { exit: status, stdout, stderr, peakBytes: Number(readFileSync(peakFile, "utf8")) * 1024 };
}

/** A file that begins with something and goes on with zeros, which take no room. */
interface Sparse {
  readonly head: Uint8Array;
  readonly size: number;
}

const Validation = z.looseObject({
  files: z.array(
    z.looseObject({ file: z.string(), problems: z.array(z.looseObject({ code: z.string() })) }),
  ),
});

/** The first problem of each file, by the file's name, and the memory that all of them together took at most. */
function validate(contents: Readonly<Record<string, Uint8Array | string | Sparse>>) {
  const directory = scratchDirectory();
  for (const [name, content] of Object.entries(contents)) {
    const path = join(directory, name);
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(path, content);
    else {
      writeFileSync(path, content.head);
      truncateSync(path, content.size);
    }
  }
  const names = Object.keys(contents);
  const { exit, stdout, stderr, peakBytes } = run(directory, ["validate", "--json", ...names]);
  if (exit === null || stdout === "") throw new Error(`it did not end in order: ${stderr}`);
  const { files } = Validation.parse(JSON.parse(stdout));
  const codes = Object.fromEntries(files.map((one) => [one.file, one.problems[0]?.code ?? "none"]));
  return { codes, peakBytes };
}
describe("Artifacts", () => {
  const compressions = [
    ["gz", null, gzipSync],
    ["xz", "xz", (bytes: Uint8Array) => execFileSync("xz", ["-c0"], { input: bytes })],
    ["zst", "zstd", (bytes: Uint8Array) => execFileSync("zstd", ["-cq1"], { input: bytes })],
  ] as const;

  test.each(oneOfEachKind(compressions, ([, program]) => (program === null ? "own" : "program")))(
    "whose header unpacks to more than anybody needs are refused (%s)",
    async (suffix, program, compress) => {
      const isThere = program === null || needs(program);
      const names = { headerName: `header.tar.${suffix}`, dataName: `data/0000.tar.${suffix}` };
      const header = [
        { name: "header-info", content: "{}" },
        { name: "scripts/bomb", content: new Uint8Array(24 * mebi) },
      ];
      const { codes, peakBytes } = validate({
        a: await buildArtifact({ ...names, header, compress: isThere ? compress : gzipSync }),
      });
      expect(codes).toEqual({ a: isThere ? "archive-too-large" : "archive-compression" });
      expect(peakBytes).toBeLessThan(allowed);
    },
  );

  test("whose payload unpacks to more than the memory that there is are read as they come", async () => {
    const compress = (bytes: Uint8Array) => gzipSync(bytes, { level: 1 });
    const files = [{ name: "image.bin", content: new Uint8Array(96 * mebi) }];
    const { codes, peakBytes } = validate({ a: await buildArtifact({ files, compress }) });
    expect(codes).toEqual({ a: "none" });
    expect(peakBytes).toBeLessThan(allowed);
  });

  test("whose parts are longer, deeper or more than anybody needs are refused", async () => {
    const listed = `${"0".repeat(64)}  data/0000/a\n`.repeat(mebi / 80);
    const deep = { name: "header-info", content: "[".repeat(mebi) };
    const { codes, peakBytes } = validate({
      manifest: await buildArtifact({ manifest: () => listed }),
      deep: await buildArtifact({ header: [deep] }),
      extended: claiming("x", "x"),
    });
    expect(codes).toEqual({
      manifest: "artifact-manifest-invalid",
      deep: "artifact-header-invalid",
      extended: "archive-too-large",
    });
    expect(peakBytes).toBeLessThan(allowed);
  });
});

describe("bundles", () => {
  test("whose parts are longer or more than anybody needs are refused", () => {
    const directory = headerOf("a/", "5", 0);
    const large = claiming("manifest.yaml", "0");
    const { codes, peakBytes } = validate({
      manifest: large,
      extended: claiming("manifest.yaml", "x"),
      entries: Buffer.concat(Array.from({ length: 20_000 }, () => directory)),
      bomb: gzipSync(Buffer.concat([large.head, new Uint8Array(97 * mebi)]), { level: 1 }),
    });
    expect(codes).toEqual({
      manifest: "archive-too-large",
      extended: "archive-too-large",
      entries: "bundle-too-many-entries",
      bomb: "archive-too-large",
    });
    expect(peakBytes).toBeLessThan(allowed);
  });
});

describe("texts", () => {
  test("of any shape are read or refused in the memory that the largest sound one takes", () => {
    const cells = "| a ".repeat(mebi / 20);
    const { codes, peakBytes } = validate({
      "no-manifest.yaml": "[".repeat(mebi),
      "blanks.yaml": `x: [${"\n".repeat(mebi - 10)}`,
      "lists.yaml": manifest(`x: ${"[".repeat(mebi - 1000)}`),
      "maps.yaml": manifest(`x: ${"{a: ".repeat(mebi / 5)}`),
      "line.yaml": manifest(`x: ${"a".repeat(mebi / 2)}`),
      "quotes.yaml": manifest(`x: '${"''".repeat(mebi / 4)}'`),
      "aliases.yaml": manifest(`x:\n  - &a b\n${"  - *a\n".repeat(mebi / 10)}`),
      "columns.yaml": manifest(`constraints:\n  end_states: |\n    | System ${cells}|\n`),
      "unknown.yaml": manifest(lines((at) => `k${at}: 1`)),
      "deep.conf": '{"a":'.repeat(mebi / 5),
    });
    expect(codes).toEqual({
      "no-manifest.yaml": "not-a-manifest",
      "blanks.yaml": "not-a-manifest",
      "lists.yaml": "yaml-forbidden",
      "maps.yaml": "yaml-forbidden",
      "line.yaml": "missing-field",
      "quotes.yaml": "yaml-forbidden",
      "aliases.yaml": "yaml-forbidden",
      "columns.yaml": "table-invalid",
      "unknown.yaml": "missing-field",
      "deep.conf": "yaml-forbidden",
    });
    expect(peakBytes).toBeLessThan(256 * mebi);
  });
});

describe("a journal", () => {
  test.each([
    ["larger than any is", (fd: number) => ftruncateSync(fd, 2 ** 40), "machine-failed"],
    ["of zeros", (fd: number) => ftruncateSync(fd, 24 * mebi), "none"],
    ["of lines", (fd: number) => writeSync(fd, Buffer.alloc(4 * mebi, "x\n")), "journal-corrupt"],
  ])("%s is told, and no memory lost over it", (_, fill, code) => {
    const directory = scratchDirectory();
    mkdirSync(join(directory, "datastore/deployment"), { recursive: true });
    const fd = openSync(join(directory, "datastore/deployment/journal"), "wx");
    fill(fd);
    closeSync(fd);
    const { stdout, peakBytes } = run(directory, ["status", "--json"]);
    expect(z.looseObject({ code: z.string().default("none") }).parse(JSON.parse(stdout)).code).toBe(
      code,
    );
    expect(peakBytes).toBeLessThan(allowed);
  });
});

/** A tar header of its own, of an entry that says how large it is. */
function headerOf(name: string, flag: string, size: number): Uint8Array {
  const header = encodeHeader({ name, flag, size });
  if (header === null) throw new Error("that needs an extended header");
  return header;
}

/** A tar whose first entry says that it is large, and is. */
function claiming(name: string, flag: string): Sparse {
  return { head: headerOf(name, flag, 96 * mebi), size: 97 * mebi };
}

function manifest(more: string): string {
  return `api_version: mender/v1\nkind: manifest\nname: a\nsystem_types_compatible: [a]
component_types: { a: { artifact_name: b } }\n${more}`;
}

/** A third of a text that may be read: each makes a problem. */
function lines(line: (at: number) => string): string {
  let text = "";
  for (let at = 0; text.length < mebi / 3; at += 1) text += `${line(at)}\n`;
  return text;
}
