import { describe, expect, it } from "vitest";
import { readArtifact } from "../../../src/artifact/artifact.ts";
import { limits } from "../../../src/artifact/limits.ts";
import {
  type ArtifactParts,
  buildArtifact,
  soundArtifact,
  type TarPart,
} from "../../support/artifacts.ts";
import { memorySource } from "../../support/byte-sources.ts";

async function read(changes: Partial<ArtifactParts>) {
  return readArtifact(memorySource("a.mender", await buildArtifact(changes)), []);
}

async function problemOf(changes: Partial<ArtifactParts>) {
  const result = await read(changes);
  return result.ok ? null : result.problems[0];
}

const info: TarPart = { name: "header-info", content: JSON.stringify(soundArtifact.headerInfo) };
const type: TarPart = {
  name: "headers/0000/type-info",
  content: JSON.stringify(soundArtifact.typeInfo),
};

function bytesOf({ content }: TarPart): Uint8Array {
  return new Uint8Array(Buffer.from(content));
}

describe("the header's JSON", () => {
  const provides = { artifact_name: "gateway-v2" };
  const payloads = [{ type: "gateway-image" }];

  it.each([
    ["no payloads", { artifact_provides: provides }, "payloads"],
    ["payloads that are no list", { payloads: {}, artifact_provides: provides }, "payloads"],
    [
      "a payload type that is a path",
      { payloads: [{ type: "../x" }], artifact_provides: provides },
      "payloads.0.type",
    ],
    [
      "a payload type that is a number",
      { payloads: [{ type: 3 }], artifact_provides: provides },
      "payloads.0.type",
    ],
    ["no artifact_provides", { payloads }, "artifact_provides"],
    [
      "a number for text",
      { payloads, artifact_provides: { artifact_name: 3 } },
      "artifact_provides.artifact_name",
    ],
    [
      "a field that we do not know",
      { payloads, artifact_provides: provides, created: "today" },
      "",
    ],
    [
      "a stray key to provide",
      { payloads, artifact_provides: { ...provides, k: "v" } },
      "artifact_provides",
    ],
    [
      "a name with a newline",
      { payloads, artifact_provides: { artifact_name: "a\nb" } },
      "artifact_provides.artifact_name",
    ],
    ["no name", { payloads, artifact_provides: {} }, "artifact_provides.artifact_name"],
    [
      "no device type",
      { payloads, artifact_provides: provides, artifact_depends: {} },
      "artifact_depends",
    ],
    [
      "an empty list",
      { payloads, artifact_provides: provides, artifact_depends: { device_type: [] } },
      "artifact_depends.device_type",
    ],
    [
      "text where a list is due",
      { payloads, artifact_provides: provides, artifact_depends: { device_type: "a" } },
      "artifact_depends.device_type",
    ],
    [
      "a number in a list",
      { payloads, artifact_provides: provides, artifact_depends: { device_type: [1] } },
      "artifact_depends.device_type",
    ],
  ])("is refused with %s", async (_, headerInfo, place) => {
    const problem = await problemOf({ headerInfo });

    expect(problem?.code).toBe("artifact-header-invalid");
    const at = place === "" ? "" : ` at \`${place}\``;
    expect(problem?.message).toContain(`"header-info" of "a.mender" is wrong${at}: `);
  });

  it.each([
    ["an unreadable text", "{"],
    ["a byte order mark", `\ufeff${JSON.stringify(soundArtifact.headerInfo)}`],
    ["a comment", `${JSON.stringify(soundArtifact.headerInfo)} // here`],
    ["nothing", ""],
    ["half a million brackets", "[".repeat(500_000)],
  ])("is refused with %s", async (_, content) => {
    expect(await problemOf({ header: [{ ...info, content }, type] })).toEqual({
      code: "artifact-header-invalid",
      message: '"header-info" of "a.mender" is not JSON.',
      at: { file: "a.mender" },
      hint: "Make the Artifact again with `mender-artifact`.",
    });
  });

  it("is refused as a list as deep as it likes", async () => {
    const content = "[".repeat(400_000) + "]".repeat(400_000);

    expect(await problemOf({ header: [{ ...info, content }, type] })).toMatchObject({
      code: "artifact-header-invalid",
    });
  });

  it.each([
    ["a list where text is due", { artifact_provides: { k: ["v"] } }, "artifact_provides.k"],
    ["a value with a newline", { artifact_provides: { k: "a\nb=c" } }, "artifact_provides.k"],
    ["a key with an equals sign", { artifact_provides: { "a=b": "c" } }, "artifact_provides.a=b"],
    ["a key with a blank", { artifact_provides: { "a b": "c" } }, "artifact_provides.a b"],
    ["an empty list of values", { artifact_depends: { k: [] } }, "artifact_depends.k"],
    ["a number to depend on", { artifact_depends: { k: 3 } }, "artifact_depends.k"],
    ["a list of keys", { artifact_depends: ["k"] }, "artifact_depends"],
    ["globs that are no list", { clears_artifact_provides: "*" }, "clears_artifact_provides"],
    ["null for the globs", { clears_artifact_provides: null }, "clears_artifact_provides"],
  ])("is refused in type-info with %s", async (_, fields, place) => {
    const problem = await problemOf({ typeInfo: { type: "gateway-image", ...fields } });

    expect(problem?.code).toBe("artifact-header-invalid");
    expect(problem?.message).toContain(
      `"headers/0000/type-info" of "a.mender" is wrong at \`${place}\`: `,
    );
  });

  it("may hold fields in type-info that we do not know", async () => {
    expect(await read({ typeInfo: { type: "gateway-image", created: "today" } })).toMatchObject({
      ok: true,
    });
  });

  it("takes a key such as __proto__ for a key like any other", async () => {
    const content =
      '{"type":"gateway-image","artifact_provides":{"__proto__":"x","constructor":"y"}}';

    expect(await read({ header: [info, { ...type, content }] })).toMatchObject({
      ok: true,
      value: {
        provides: new Map([
          ["artifact_name", "gateway-v2"],
          ["__proto__", "x"],
          ["constructor", "y"],
        ]),
        clears: null,
      },
    });
  });
});

describe("payloads", () => {
  const provides = { artifact_name: "n" };

  it.each([0, 2])("must be one, not %i", async (count) => {
    const payloads = Array.from({ length: count }, () => ({ type: "t" }));

    expect(await problemOf({ headerInfo: { payloads, artifact_provides: provides } })).toEqual({
      code: "artifact-multiple-payloads",
      message: `"a.mender" holds ${count} payloads.`,
      at: { file: "a.mender" },
      expected: "1",
      got: String(count),
      hint: "Make one Artifact for each payload.",
    });
  });

  it.each([null, ""])("of the type %j are refused as empty", async (empty) => {
    expect(
      await problemOf({ headerInfo: { payloads: [{ type: empty }], artifact_provides: provides } }),
    ).toMatchObject({
      code: "artifact-empty-payload",
      message: '"a.mender" is an Artifact with an empty payload.',
    });
  });

  it("have the same type in both places", async () => {
    expect(await problemOf({ typeInfo: { type: "other" } })).toMatchObject({
      message:
        '"headers/0000/type-info" of "a.mender" names another payload type than header-info.',
      expected: "gateway-image",
      got: "other",
    });
  });
});

describe("what both parts say", () => {
  it("is put together", async () => {
    const result = await read({
      headerInfo: {
        payloads: [{ type: "t" }],
        artifact_provides: { artifact_name: "n", artifact_group: "g" },
        artifact_depends: { device_type: ["a", "b"], artifact_group: ["g"] },
      },
      typeInfo: {
        type: "t",
        artifact_provides: { k: "v" },
        artifact_depends: { "other.version": "1" },
      },
    });

    expect(result).toMatchObject({
      ok: true,
      value: {
        name: "n",
        group: "g",
        provides: new Map([
          ["artifact_name", "n"],
          ["artifact_group", "g"],
          ["k", "v"],
        ]),
        depends: new Map([
          ["device_type", ["a", "b"]],
          ["artifact_group", ["g"]],
          ["other.version", ["1"]],
        ]),
        clears: null,
      },
    });
  });

  it("must not differ", async () => {
    expect(
      await problemOf({
        typeInfo: { type: "gateway-image", artifact_provides: { artifact_name: "other" } },
      }),
    ).toMatchObject({
      message:
        '"headers/0000/type-info" of "a.mender" says something else about `artifact_name` than header-info.',
    });
  });

  it("names the device type, for the Mender Client installs nothing without one", async () => {
    const headerInfo = {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: "gateway-v2" },
    };

    expect(await problemOf({ headerInfo })).toMatchObject({
      code: "artifact-header-invalid",
      message: '"header-info" of "a.mender" names no `device_type` in `artifact_depends`.',
    });
  });

  it.each(["", " ", "x".repeat(257)])("names the Artifact, not as %j", async (name) => {
    const headerInfo = {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: name },
    };

    expect(await problemOf({ headerInfo })).toMatchObject({
      message: '"header-info" of "a.mender" has no usable `artifact_name` in `artifact_provides`.',
    });
  });
});

describe("the header's files", () => {
  it("are kept as they stand, for the work dir", async () => {
    const metaData = { name: "headers/0000/meta-data", content: '{ "k": [1] }\n' };
    const result = await read({ header: [info, type, metaData] });

    expect(result.ok && result.value.verbatim).toEqual({
      headerInfo: bytesOf(info),
      typeInfo: bytesOf(type),
      metaData: bytesOf(metaData),
    });
  });

  it("may have an empty meta-data", async () => {
    const metaData = { name: "headers/0000/meta-data", content: "" };

    expect(await read({ header: [info, type, metaData] })).toMatchObject({ ok: true });
  });

  it("say whether there are state scripts", async () => {
    const script = { name: "scripts/ArtifactInstall_Enter_00", content: "#!/bin/sh\n" };

    expect(await read({ header: [info, script, type] })).toMatchObject({
      ok: true,
      value: { hasStateScripts: true },
    });
  });

  const stray = { name: "stray", content: "" };
  const script = { name: "scripts/x", content: "" };
  it.each([
    [
      "type-info before header-info",
      [type, info],
      '"headers/0000/type-info" of "a.mender" comes before `header-info`.',
    ],
    [
      "header-info twice",
      [info, info, type],
      '"header-info" of "a.mender" has no place there in the header.',
    ],
    [
      "type-info twice",
      [info, type, type],
      '"headers/0000/type-info" of "a.mender" has no place there in the header.',
    ],
    [
      "a script after type-info",
      [info, type, script],
      '"scripts/x" of "a.mender" has no place there in the header.',
    ],
    [
      "one script twice",
      [info, script, script, type],
      '"scripts/x" of "a.mender" has no place there in the header.',
    ],
    [
      "a script elsewhere",
      [info, { ...script, name: "scripts/../x" }, type],
      '"scripts/../x" of "a.mender" has no place there in the header.',
    ],
    [
      "a stray file",
      [info, type, stray],
      '"stray" of "a.mender" has no place there in the header.',
    ],
    [
      "a second payload",
      [info, type, { ...type, name: "headers/0001/type-info" }],
      '"headers/0001/type-info" of "a.mender" has no place there in the header.',
    ],
    ["no type-info", [info], '"headers/0000/type-info" of "a.mender" is missing.'],
    ["nothing", [], '"header-info" of "a.mender" is missing.'],
    [
      "a link",
      [{ ...info, headers: { type: "symlink" as const, linkname: "x" } }, type],
      '"header-info" of "a.mender" is not a regular file.',
    ],
  ])("are refused with %s", async (_, header, message) => {
    expect(await problemOf({ header })).toMatchObject({ code: "artifact-header-invalid", message });
  });

  it("are refused where one is larger than published", async () => {
    const large = { ...info, content: " ".repeat(limits.headerFile + 1) };

    expect(await problemOf({ header: [large, type] })).toMatchObject({
      code: "archive-too-large",
      expected: "at most 1048576 bytes in one file",
    });
  });

  it("are refused where they unpack to more than published", async () => {
    const bomb = { name: "scripts/bomb", content: new Uint8Array(limits.headerUnpacked) };

    expect(await problemOf({ header: [info, bomb, type] })).toMatchObject({
      code: "archive-too-large",
      expected: "at most 16777216 bytes unpacked",
    });
  });

  it("are refused where there are more than published", async () => {
    const scripts = Array.from({ length: limits.headerEntries }, (_, at) => ({
      name: `scripts/${at}`,
      content: "",
    }));

    expect(await problemOf({ header: [info, ...scripts, type] })).toMatchObject({
      code: "archive-too-large",
      expected: "at most 1000 entries",
    });
  });
});

describe("characters that do not show", () => {
  const headerInfo = {
    payloads: [{ type: "gateway-image" }],
    artifact_provides: { artifact_name: "gateway-v2" },
    artifact_depends: { device_type: ["gateway"] },
  };
  const typeInfo = { type: "gateway-image", clears_artifact_provides: ["*"] };

  it.each([
    [
      "in the name",
      { headerInfo: { ...headerInfo, artifact_provides: { artifact_name: "gateway-v2\u200b" } } },
      "gateway-v2\\u{200b}",
      "artifact_provides.artifact_name",
      "header-info",
    ],
    [
      "in what it depends on",
      { headerInfo: { ...headerInfo, artifact_depends: { device_type: ["gate\ufe0fway"] } } },
      "gate\\u{fe0f}way",
      "artifact_depends.device_type.0",
      "header-info",
    ],
    [
      "in a key that it provides",
      { typeInfo: { ...typeInfo, artifact_provides: { "check\u00adsum": "aa" } } },
      "check\\u{ad}sum",
      "artifact_provides.check\\u{ad}sum",
      "headers/0000/type-info",
    ],
    [
      "in what it clears",
      { typeInfo: { ...typeInfo, clears_artifact_provides: ["a\ue000*"] } },
      "a\\u{e000}*",
      "clears_artifact_provides.0",
      "headers/0000/type-info",
    ],
  ])("are refused %s", async (_, changes, shown, path, part) => {
    expect(await problemOf(changes)).toMatchObject({
      code: "invisible-character",
      message: `"${shown}" holds a character that does not show, at \`${path}\` in "${part}" of "a.mender".`,
      got: shown,
    });
  });

  it("may stand in the meta-data, which is the Interface's own", async () => {
    const metaData = { name: "headers/0000/meta-data", content: '{ "note": "a\u200db" }' };
    expect((await read({ header: [info, type, metaData] })).ok).toBe(true);
  });
});

describe("as strict as the real tools", () => {
  it.each(["1e999", "-1e999", '{ "deep": [1, 2e400] }'])(
    "a number that no parser can hold is no JSON: %s",
    async (value) => {
      const metaData = { name: "headers/0000/meta-data", content: `{ "n": ${value} }` };
      expect(await problemOf({ header: [info, type, metaData] })).toMatchObject({
        code: "artifact-header-invalid",
        message: '"headers/0000/meta-data" of "a.mender" is not JSON.',
      });
    },
  );

  it("a byte order mark before the JSON of version is refused", async () => {
    expect(await problemOf({ version: '\ufeff{"format":"mender","version":3}' })).toMatchObject({
      code: "artifact-layout",
      message: '"a.mender" is not a Mender Artifact.',
    });
  });

  it("a name that is too long says the limit", async () => {
    const headerInfo = {
      payloads: [{ type: "gateway-image" }],
      artifact_provides: { artifact_name: "x".repeat(257) },
      artifact_depends: { device_type: ["gateway"] },
    };
    expect(await problemOf({ headerInfo })).toMatchObject({
      expected: "1 to 256 characters, no blanks at the ends",
      got: "257 characters",
    });
    const typeInfo = { type: "gateway-image", artifact_provides: { ["k".repeat(257)]: "v" } };
    expect((await problemOf({ typeInfo }))?.message).toContain(
      "is not a key of 1 to 256 characters",
    );
  });
});
