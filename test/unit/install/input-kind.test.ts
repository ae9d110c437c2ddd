import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { kindOfInput, kindOfText } from "../../../src/install/input-kind.ts";
import { buildBundle } from "../../support/bundles.ts";
import { memorySource } from "../../support/byte-sources.ts";

async function kindOf(bytes: Uint8Array): Promise<string> {
  const kind = await kindOfInput(memorySource("a file", bytes));
  return kind.ok ? kind.value : kind.problems.map(({ message }) => message).join();
}

/** The header of a tar as it was before `ustar`. */
function oldTar(): Uint8Array {
  const header = Buffer.alloc(1024);
  header.write("a.txt", 0);
  header.write(["0000644", "0000000", "0000000", "00000000001"].join("\x00"), 100);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148);
  return header;
}

const lookLike = (what: string) =>
  `"a file" is not a bundle, Manifest or Artifact: it looks like ${what}.`;

test.each([
  ["fd377a585a000004e6d6b446", "a file that xz has compressed"],
  ["28b52ffd0458090000", "a file that zstd has compressed"],
  ["425a68393141592653590001", "a file that bzip2 has compressed"],
  ["504b0304140000000000", "a ZIP archive"],
  ["377abcaf271c0004", "a 7z archive"],
  ["7f454c4602010100", "a program (ELF)"],
  ["00ff10c3289a0e", "binary data of no known kind"],
])("%s is none of ours", async (hex, what) => {
  expect(await kindOf(Buffer.from(hex, "hex"))).toBe(lookLike(what));
});

test("a tar of the old kind is told, and a text in another encoding is still a text", async () => {
  expect(await kindOf(oldTar())).toBe(lookLike("a tar of the old kind (v7)"));
  expect(await kindOf(Buffer.from("\ufeffname: x\n", "utf16le"))).toBe("text");
  expect(await kindOf(Buffer.from("BZh: a name\n"))).toBe("text");
  expect(await kindOf(Buffer.from("name: J\u00fcrgen\n", "latin1"))).toBe("text");
  // The last character is cut off by the look at the first bytes alone.
  expect(await kindOf(Buffer.from(`${"x".repeat(1023)}\u00fc: y\u0001\n`))).toBe("text");
});

test("bundles, Artifacts and texts are told by their content", async () => {
  const bundle = await buildBundle();
  const artifact = readFileSync("fixtures/systems/seed/artifacts/rtos-v1.mender");
  expect(await kindOf(bundle)).toBe("bundle");
  expect(await kindOf(gzipSync(bundle))).toBe("gzip");
  expect(await kindOf(artifact)).toBe("artifact");
  expect(await kindOf(Buffer.from("kind: manifest\n"))).toBe("text");
  expect(await kindOf(new Uint8Array(0))).toBe("text");
});

test.each([
  ["api_version: mender/v1\nkind: topology\n", "Topology"],
  [`kind: "manifest"\n`, "Manifest"],
  ["kind: update_manifest\n", "Manifest"],
  ["constraints:\n  end_states: {}\n", "constraints file"],
  ["components:\n  - {component_type: rtos}\n", "state file"],
  [`\n{ "LogLevel": "info" }`, "configuration"],
  ["nothing: at all\n", "Manifest"],
  ["  kind: topology\n", "Manifest"],
])("%j is taken for a %s", (text, kind) => {
  expect(kindOfText(Buffer.from(text))).toBe(kind);
});
