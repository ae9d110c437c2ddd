import { readFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { extract } from "tar-stream";
import * as z from "zod";
import { ArtifactError } from "../../src/artifact/artifact-error.ts";
import { readChecksumList, writeChecksumList } from "../../src/artifact/checksum-list.ts";
import { readEntryList, writeEntryList } from "../../src/bundle/entry-list.ts";
import {
  decodeSignature,
  readSigningKey,
  readVerifyKey,
  sign,
  verifySignature,
} from "../../src/artifact/keys.ts";
import { isSafePart } from "../../src/artifact/safe-name.ts";
import { indexTar } from "../../src/bundle/tar-index.ts";
import type { Problem } from "../../src/core/problem.ts";
import { problemCodes } from "../../src/core/problem-codes.ts";
import type { Result } from "../../src/core/result.ts";
import { readIdentity, readProvides, readWord } from "../../src/interface/answers.ts";
import { decodeJournal, encodeRecords, type RecordFormat } from "../../src/journal/records.ts";
import { readCell, readTerm } from "../../src/manifest/cell.ts";
import { readConfiguration } from "../../src/manifest/configuration.ts";
import { readConstraintsFile } from "../../src/manifest/constraints-file.ts";
import { lintManifest } from "../../src/manifest/lint.ts";
import { readManifest } from "../../src/manifest/read-manifest.ts";
import { matchSystem } from "../../src/manifest/match.ts";
import { readStateFile, type StateFile } from "../../src/manifest/state-file.ts";
import { System } from "../../src/manifest/system.ts";
import { readTopology } from "../../src/manifest/topology.ts";
import { findPlan } from "../../src/planner/find-plan.ts";
import { Plan } from "../../src/planner/model/plan.ts";
import { memorySource } from "./byte-sources.ts";
import { expectOk, matchInput, textFile } from "./manifests.ts";

/** One of our parsers under attack. */
export interface Attacked {
  /** Inputs it takes, to be damaged. */
  readonly sound: readonly Uint8Array[];
  /** Gives the bytes to it, and says what is wrong with how it took or refused them; throws where the parser does. */
  readonly complaints: (bytes: Uint8Array) => readonly string[] | Promise<readonly string[]>;
}

const seed = "fixtures/systems/seed";
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fixtures = (...names: readonly string[]) =>
  names.map((name) => new Uint8Array(readFileSync(name)));
const seedState = readFileSync(`${seed}/state-v1.yaml`, "utf8");
const topologyHead = textFile("t.yaml", "api_version: mender/v1\nkind: topology\nsystem_type: a\n");

const zeros = "0".repeat(64);
const pairs = (["rsa", "ec"] as const).map((kind) =>
  kind === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
);
const publicPems = pairs.map(({ publicKey }) =>
  bytesOf(String(publicKey.export({ type: "spki", format: "pem" }))),
);
const privatePems = pairs.map(({ privateKey }) =>
  bytesOf(String(privateKey.export({ type: "pkcs8", format: "pem" }))),
);
const verifyKeys = publicPems.map((pem) => expectOk(readVerifyKey({ name: "k", pem })));
const signed = bytesOf("what is signed");
const signatures = privatePems.map((pem) =>
  sign(signed, expectOk(readSigningKey({ name: "k", pem }))),
);

const AnyRecord = z.looseObject({ format: z.literal(1) });
const format: RecordFormat<z.infer<typeof AnyRecord>> = { version: 1, schema: AnyRecord };
const journal = (...texts: readonly string[]) =>
  encodeRecords(
    texts.map((text) => ({ format: 1 as const, text })),
    true,
    format,
  );

export const parsers: Readonly<Record<string, Attacked>> = {
  manifest: {
    sound: fixtures(
      `${seed}/manifest-v2.yaml`,
      `${seed}/manifest-v3.yaml`,
      "fixtures/manifests/valid/vehicle.yaml",
      "fixtures/manifests/valid/seed-form.yaml",
      "fixtures/manifests/valid/rules.yaml",
    ),
    complaints: (bytes) => {
      const read = readManifest({ name: "m.yaml", bytes });
      if (!read.ok) return refusal(read, bytes);
      const { manifest } = read.value;
      const notes = lintManifest(manifest);
      const matched = matchSystem(matchInput(manifest, seedState));
      if (!matched.ok) return badProblems(matched.problems);
      const { system } = matched.value;
      const answer = findPlan(system);
      const isSystem = System.safeParse(system).success;
      const isPlan = answer.kind !== "plan" || Plan.safeParse(answer.plan).success;
      return [
        ...badProblems(notes),
        ...(isSystem ? [] : ["the System could not be read back from the journal"]),
        ...(isPlan ? [] : ["the plan could not be read back from the journal"]),
      ];
    },
  },
  topology: {
    sound: fixtures(`${seed}/topology.yaml`, `${seed}/topology-streams.yaml`),
    complaints: (bytes) => {
      const read = readTopology({ name: "t.yaml", bytes }, null);
      return read.ok ? [] : refusal(read, bytes);
    },
  },
  "topology-components": {
    sound: [bytesOf("components:\n  - { component_type: a, timeout_seconds: 3 }\n")],
    complaints: (bytes) => {
      const read = readTopology(topologyHead, { name: "c.yaml", bytes });
      return read.ok ? [] : badProblems(read.problems);
    },
  },
  constraints: {
    sound: [bytesOf(tables())],
    complaints: (bytes) => refusal(readConstraintsFile({ name: "c.yaml", bytes }), bytes),
  },
  state: {
    sound: fixtures(`${seed}/state-v1.yaml`, `${seed}/state-v2.yaml`),
    complaints: (bytes) => {
      const read = readStateFile({ name: "s.yaml", bytes });
      if (!read.ok) return refusal(read, bytes);
      const components = read.value.components.map(({ componentType, id, current }) => ({
        component_type: componentType,
        id,
        ...(current.kind === "version"
          ? { version: current.version }
          : { provides: Object.fromEntries(current.provides) }),
      }));
      const again = readStateFile(textFile("s.yaml", JSON.stringify({ components })));
      const plain = (file: Result<StateFile>) =>
        file.ok
          ? JSON.stringify(
              file.value.components.map(({ componentType, id, current }) => [
                componentType,
                id,
                current,
              ]),
            )
          : "refused";
      return plain(again) === plain(read) ? [] : [`written again it is ${plain(again)}`];
    },
  },
  configuration: {
    sound: [
      bytesOf(
        `{"ArtifactVerifyKeys": ["/a"], "ArtifactsCache": {"Enabled": true, "MaxSizeBytes": 12}, "LogLevel": "info"}`,
      ),
      bytesOf(`{"InterfaceTimeoutSeconds": 3600, "TopologyComponents": "/b"}`),
    ],
    complaints: (bytes) => {
      const read = readConfiguration({ name: "c.conf", bytes });
      if (!read.ok) return refusal(read, bytes);
      // Node's own parser takes whatever ours does.
      JSON.parse(textOf(bytes));
      return [];
    },
  },
  "checksum-list": {
    sound: [bytesOf(`${zeros}  version\n${zeros.replaceAll("0", "a")}  artifacts/a.mender\n`)],
    complaints: (bytes) => {
      const list = readChecksumList(bytes, (name) =>
        name.split("/").every(isSafePart) ? null : "which is not allowed",
      );
      if ("what" in list) return list.line > 0 ? [] : ["no line"];
      return Buffer.compare(writeChecksumList(list), bytes) === 0
        ? []
        : ["it is written otherwise"];
    },
  },
  "entry-list": {
    sound: [
      bytesOf(`${zeros}  manifest.yaml\n${zeros}  a.mender\n# verified whole: files 1, bytes 23\n`),
    ],
    complaints: (bytes) => {
      const list = readEntryList(bytes, (name) =>
        name.split("/").every(isSafePart) ? null : "which is not allowed",
      );
      if ("what" in list) return list.line > 0 ? [] : ["no line"];
      return Buffer.compare(writeEntryList(list), bytes) === 0 ? [] : ["it is written otherwise"];
    },
  },
  answers: {
    sound: [
      bytesOf("rootfs-image.board.version=v1\nartifact_group=\na=b=c\n"),
      bytesOf("id=R456\n"),
      bytesOf("Automatic\n"),
    ],
    complaints: (bytes) => {
      const printed = { by: "board", bytes };
      const provides = readProvides("board", printed);
      const lines = provides.ok ? [...provides.value].map(([key, value]) => `${key}=${value}`) : [];
      const isSame = !provides.ok || lines.join("\n") === textOf(bytes).replace(/\n$/, "");
      return [
        ...(isSame ? [] : ["the lines are others than were printed"]),
        ...[provides, readIdentity(printed), readWord("NeedsArtifactReboot", printed)].flatMap(
          (result) => (result.ok ? [] : badProblems(result.problems)),
        ),
      ];
    },
  },
  journal: {
    sound: [journal("one"), journal("one", "two", "three")],
    complaints: (bytes) => {
      const read = decodeJournal("journal", bytes, [format]);
      if (!read.ok) return badProblems(read.problems);
      const { records, length } = read.value;
      const again = decodeJournal("journal", bytes.subarray(0, length), [format]);
      const isSame =
        again.ok &&
        !again.value.isTorn &&
        JSON.stringify(again.value.records) === JSON.stringify(records);
      return isSame ? [] : ["cut where its records end, it is another journal"];
    },
  },
  cell: {
    sound: [">=1.2.3 <4", "2.x | !a !b", "a | !b | ? | *", "!^2.0", "gateway-v1.mender"].map(
      bytesOf,
    ),
    complaints: (bytes) => {
      const text = textOf(bytes);
      const { cell, problems } = readCell([text], { file: "m.yaml", line: 1, column: 1 });
      const isUnread = problems.length === 0 && cell.alternatives.some((one) => !readTerm(one));
      return [
        ...badProblems(problems),
        ...(isUnread ? ["an alternative was taken that says nothing"] : []),
      ];
    },
  },
  "public-key": {
    sound: [...publicPems, ...privatePems],
    complaints: (pem) => {
      const read = readVerifyKey({ name: "k", pem });
      if (!read.ok) return badProblems(read.problems);
      const isSound = publicPems.some((each) => Buffer.compare(each, pem) === 0);
      const takes = signatures.some((each) => verifySignature(signed, each, [read.value]) !== null);
      const isPrivate = textOf(pem).includes("PRIVATE KEY-----");
      return [
        ...(isSound && !takes ? ["it does not take its own signature"] : []),
        ...(isPrivate ? ["a private key was taken"] : []),
      ];
    },
  },
  "private-key": {
    sound: privatePems,
    complaints: (pem) => {
      const read = readSigningKey({ name: "k", pem });
      return read.ok ? [] : badProblems(read.problems);
    },
  },
  signature: {
    sound: signatures.map(bytesOf),
    complaints: (bytes) => {
      const text = textOf(bytes);
      const key = verifySignature(signed, text, verifyKeys);
      if (key === null) return [];
      const raw = decodeSignature(text);
      const isKnown = signatures.some((each) => decodeSignature(each)?.join() === raw?.join());
      return isKnown && signatures.includes(text) ? [] : ["a signature was taken that nobody made"];
    },
  },
  tar: {
    sound: fixtures("fixtures/bundles/seed-v2.tar", `${seed}/artifacts/gateway-v1.mender`),
    complaints: async (bytes) => {
      try {
        const { entries, end } = await indexTar(memorySource("a.tar", bytes));
        const ours = entries.map(({ name, size }) => `${name} ${size}`);
        const theirs = await tarStreamEntries(bytes.subarray(0, end));
        return ours.join("\n") === theirs.join("\n")
          ? []
          : [`tar-stream reads ${theirs.join(", ")} and we ${ours.join(", ")}`];
      } catch (error) {
        if (error instanceof ArtifactError) return badProblems([error.problem]);
        throw error;
      }
    },
  },
};

/** What tar-stream finds in it: an author independent of our reader. */
async function tarStreamEntries(bytes: Uint8Array): Promise<readonly string[]> {
  const reader = extract();
  const found: string[] = [];
  const all = new Promise<readonly string[]>((settle, refuse) => {
    reader.on("entry", ({ name, size, type }, stream, next) => {
      if (type === "file") found.push(`${name.replace(/^\.\//, "")} ${String(size)}`);
      stream.resume();
      stream.on("end", next);
    });
    reader.on("finish", () => settle(found));
    reader.on("error", refuse);
  });
  reader.end(bytes);
  return await all;
}

/** What is wrong with how a file was refused; nothing where it was not. */
function refusal(result: Result<unknown>, bytes: Uint8Array): readonly string[] {
  if (result.ok) return [];
  const lines = textOf(bytes).split("\n");
  return [
    ...badProblems(result.problems),
    ...result.problems.flatMap(({ at, code }) => {
      const line = at?.line === undefined ? "" : lines[at.line - 1];
      if (line === undefined)
        return [`${code} is told of line ${String(at?.line)} of ${lines.length}`];
      const isBeyond = (at?.column ?? 1) > line.length + 1;
      return isBeyond ? [`${code} is told of column ${String(at?.column)} of "${line}"`] : [];
    }),
  ];
}

function badProblems(problems: readonly Problem[]): readonly string[] {
  return problems.flatMap(({ code, message, hint, at }) => [
    ...(Object.hasOwn(problemCodes, code) ? [] : [`"${code}" is no code`]),
    ...(message === "" || hint === "" ? [`${code} says nothing`] : []),
    ...(/undefined|\[object|Invalid input/.test(message) ? [`${code} says "${message}"`] : []),
    ...((at?.line ?? 1) < 1 || (at?.column ?? 1) < 1 ? [`${code} is told of no place`] : []),
  ]);
}

function tables(): string {
  const manifest = readFileSync(`${seed}/manifest-v2.yaml`, "utf8");
  return manifest.slice(manifest.indexOf("constraints:"));
}
