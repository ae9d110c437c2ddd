import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inputFile } from "../../../src/install/input-directory.ts";
import { tar } from "../../support/artifacts.ts";
import { buildBundle, manifestText } from "../../support/bundles.ts";
import { machineAt } from "../../support/machine.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "orchestrator-stick-"));
  mkdirSync(join(directory, "stick"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const put = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(directory, "stick", name), content);

/** What is taken, or what is said instead. */
async function taken(name = "stick"): Promise<string> {
  const found = await inputFile(machineAt(directory), name);
  if (found.ok) return found.value;
  return found.problems.map(({ code, got }) => `${code}: ${got ?? ""}`).join();
}

/** What a stick gathers in its life. */
async function putOthers(): Promise<void> {
  put("readme.txt", "Plug it in, wait for the lamp.\nkind regards\n");
  put("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
  put("topology.yaml", "api_version: mender/v1\nkind: topology\n");
  put("photo.jpg", Buffer.from("ffd8ffe000104a464946", "hex"));
  put("._v2.tar", Buffer.from("00051607000200004d6163204f532058", "hex"));
  put(".old.tar", await buildBundle());
  put("log.tar", await tar([{ name: "log.txt", content: "x" }]));
  put("log.tar.gz", gzipSync(await tar([{ name: "log.txt", content: "x" }])));
  put("notes.gz", gzipSync("kind: manifest\n"));
  put("empty", "");
  copyFileSync("fixtures/systems/seed/artifacts/rtos-v1.mender", join(directory, "stick/rtos"));
  mkdirSync(join(directory, "stick/older"));
  put("older/v1.tar", await buildBundle());
}

test.each([
  ["a bundle", async () => await buildBundle()],
  ["a compressed bundle", async () => gzipSync(await buildBundle())],
  ["a tar packed by hand", async () => await tar([{ name: "m.yaml", content: manifestText }])],
  ["a Manifest", () => Promise.resolve(Buffer.from(manifestText))],
  ["a Manifest of old", () => Promise.resolve(Buffer.from("kind: update_manifest\n"))],
])("%s is found among whatever else lies there, by its content", async (_, content) => {
  await putOthers();
  put("whatever.bin", await content());
  expect(await taken()).toBe("stick/whatever.bin");
  expect(await taken("./stick/")).toBe("stick/whatever.bin");
});

test("a name that is empty, as of a variable that is not set, is not the working directory", async () => {
  const inHere = machineAt(join(directory, "stick"));
  put("m.yaml", manifestText);
  expect(await inputFile(inHere, ".")).toEqual({ ok: true, value: "m.yaml" });
  expect(await inputFile(inHere, "")).toMatchObject({
    ok: false,
    problems: [{ code: "invalid-argument", message: "The name of the file is empty." }],
  });
});

test("a broken bundle is taken for one: who opens it tells what is wrong", async () => {
  put("v2.tar", await buildBundle());
  truncateSync(join(directory, "stick/v2.tar"), 1500);
  expect(await taken()).toBe("stick/v2.tar");
});

test("a bundle of a later format is taken for one, too", async () => {
  const later = '{"format":"mender-orchestrator-bundle","version":9}';
  put("v9.tar", await tar([{ name: "version", content: later }]));
  expect(await taken()).toBe("stick/v9.tar");
});

test("a tar that `tar` packed of a directory counts as well", async () => {
  put("manifest.yaml", manifestText);
  mkdirSync(join(directory, "out"));
  execFileSync("tar", ["cf", join(directory, "out/b.tar"), "-C", join(directory, "stick"), "."]);
  expect(await taken("out")).toBe("out/b.tar");
});

test("where there is none, what lies there is listed, as far as a line goes", async () => {
  expect(await taken()).toBe("input-missing: nothing");
  await putOthers();
  expect(await taken()).toBe(
    `input-missing: "deployment.yaml", neither of them; "empty", neither of them; "log.tar", neither of them; "log.tar.gz", neither of them; "notes.gz", neither of them; "older", a directory; "photo.jpg", neither of them; "readme.txt", neither of them; and 2 more`,
  );
});

test("where there are several, none is picked, and they are listed", async () => {
  await putOthers();
  put("v2.tar", await buildBundle());
  put("manifest.yaml", manifestText);
  expect(await taken()).toBe(`input-ambiguous: "manifest.yaml", a Manifest; "v2.tar", a bundle`);
});

test("a link does not count, for it may lead anywhere; a link to the directory does not matter", async () => {
  put("v2.tar", await buildBundle());
  symlinkSync("v2.tar", join(directory, "stick/current"));
  symlinkSync("/dev/zero", join(directory, "stick/zero"));
  symlinkSync("stick", join(directory, "here"));
  execFileSync("mkfifo", [join(directory, "stick/pipe")]);
  expect(await taken("here")).toBe("here/v2.tar");
});

test("a directory of more than a thousand files is none that was made for an update", async () => {
  for (let at = 0; at <= 1000; at += 1) put(`f${at}`, "");
  expect(await taken()).toBe("input-ambiguous: 1001");
});

test("anything but a directory is itself, there or not", async () => {
  put("v2.tar", await buildBundle());
  expect(await taken("stick/v2.tar")).toBe("stick/v2.tar");
  expect(await taken("nowhere")).toBe("nowhere");
});
