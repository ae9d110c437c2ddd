import { describe, expect, test } from "vitest";
import {
  readIdentity,
  readInventory,
  readProvides,
  readWord,
} from "../../../src/interface/answers.ts";
import type { Result } from "../../../src/core/result.ts";

const printed = (text: string | Uint8Array) => ({
  by: "board",
  bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
});

function messages<T>(result: Result<T>): readonly string[] {
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

describe("words", () => {
  test.each([
    ["NeedsUnpackedArtifact", "", "Yes"],
    ["NeedsUnpackedArtifact", "No\n", "No"],
    ["NeedsUnpackedArtifact", "Yes", "Yes"],
    ["ProvidePayloadFileSizes", "", "No"],
    ["ProvidePayloadFileSizes", "Yes\n", "Yes"],
    ["NeedsArtifactReboot", "", "No"],
    ["NeedsArtifactReboot", "No", "No"],
    ["NeedsArtifactReboot", "Automatic\n", "Automatic"],
    ["NeedsArtifactReboot", "Yes\n", "Yes"],
    ["SupportsRollback", "", "No"],
    ["SupportsRollback", "Yes\n", "Yes"],
  ] as const)("%s: %j means %s", (query, text, word) => {
    expect(readWord(query, printed(text))).toEqual({ ok: true, value: word });
  });

  test.each([
    "yes\n",
    "YES\n",
    "Yes \n",
    " Yes\n",
    "Yes\r\n",
    "Yes\nYes\n",
    "Yes\n\n",
    "\nYes\n",
    "\n",
    " ",
    "Yes\0",
    "Automatic\n",
    "\uFEFFYes\n",
  ])("%j is no answer to SupportsRollback", (text) => {
    const result = readWord("SupportsRollback", printed(text));
    expect(result.ok).toBe(false);
  });

  test("the problem says what was expected and what to do", () => {
    expect(readWord("NeedsArtifactReboot", printed("automatic\n"))).toEqual({
      ok: false,
      problems: [
        {
          code: "answer-invalid",
          message: 'The Interface "board" answered NeedsArtifactReboot with "automatic".',
          expected: '"No" or "Automatic" or "Yes", or nothing, which means "No"',
          got: "automatic",
          hint: "Let the Interface print exactly one of these words: one line, no blanks around it, the case as it is here.",
        },
      ],
    });
  });

  test("bytes that are no text, and a mebibyte of text, are told as such", () => {
    expect(messages(readWord("SupportsRollback", printed(new Uint8Array([0xff, 0xfe]))))).toEqual([
      'The Interface "board" answered SupportsRollback with something that is no text.',
    ]);
    expect(
      messages(readWord("SupportsRollback", printed("Yes\n".repeat(2 ** 18).concat("Y")))),
    ).toEqual(['The Interface "board" answered SupportsRollback with too much.']);
  });

  test("a long wrong answer is shown by its beginning", () => {
    const [message] = messages(readWord("SupportsRollback", printed("x".repeat(1000))));
    expect(message).toBe(
      `The Interface "board" answered SupportsRollback with "${"x".repeat(200)}...".`,
    );
  });
});

describe("Identity", () => {
  test.each(["id=R456\n", "id=R456"])("%j is R456", (text) => {
    expect(readIdentity(printed(text))).toEqual({ ok: true, value: "R456" });
  });

  test("an id may hold blanks, quotes and any script", () => {
    const text = `id=board 'No. 7' "日本"\n`;
    expect(readIdentity(printed(text))).toEqual({ ok: true, value: `board 'No. 7' "日本"` });
  });

  test.each([
    "",
    "id=\n",
    "R456\n",
    "ID=R456\n",
    "id = R456\n",
    " id=R456\n",
    "id=R456 \n",
    "id=R456\r\n",
    "id=R456\nid=R456\n",
    "id=R456\nmac=1\n",
    "id=R4\x1b[31m56\n",
    "id=R=456\n",
    "id=id=R456\n",
    "id=R456=\n",
    `id=${"x".repeat(257)}\n`,
  ])("%j does not tell an id", (text) => {
    expect(messages(readIdentity(printed(text)))).toEqual([
      'The Interface "board" does not tell the id of its Component.',
    ]);
  });
});

describe("Provides", () => {
  test("key=value, the value as it is, with its equals signs or empty", () => {
    const text =
      "rootfs-image.board.version=v1\nartifact_name=board v1\nartifact_group=\nsum=a=b==\n";
    expect(readProvides("board", printed(text))).toEqual({
      ok: true,
      value: new Map([
        ["rootfs-image.board.version", "v1"],
        ["artifact_name", "board v1"],
        ["artifact_group", ""],
        ["sum", "a=b=="],
      ]),
    });
  });

  test("a Component that runs Mender has its version without the name of the Interface", () => {
    expect(readProvides("board", printed("rootfs-image.version=v1\n")).ok).toBe(true);
  });

  test.each([
    ["", "nothing"],
    ["artifact_name=v1\n", "artifact_name"],
    ["rootfs-image.other.version=v1\n", "rootfs-image.other.version"],
  ])("%j lacks the version", (text, got) => {
    expect(readProvides("board", printed(text))).toEqual({
      ok: false,
      problems: [
        {
          code: "provides-invalid",
          message: 'The Interface "board" answered Provides without the version of its Component.',
          expected:
            "rootfs-image.board.version=<version>, or rootfs-image.version=<version> where the Component runs Mender",
          got,
          hint: "Let it print the version that runs now, and nothing behind the = where nothing does.",
        },
      ],
    });
  });

  test("a blank board has a version that is empty", () => {
    expect(readProvides("board", printed("rootfs-image.board.version=\n"))).toEqual({
      ok: true,
      value: new Map([["rootfs-image.board.version", ""]]),
    });
  });

  test.each(["\ufeffv1", "v1\u00a0", "v1\u200b", "v1\u2003"])(
    "a version with a character that does not show locks nobody out: %j",
    (version) => {
      const read = readProvides("board", printed(`rootfs-image.board.version=${version}\n`));
      expect(read).toEqual({ ok: true, value: new Map([["rootfs-image.board.version", version]]) });
    },
  );

  test("all that is wrong is told at once", () => {
    const text = "device_type=board\na=1\na=2\nb= blank\n";
    expect(messages(readProvides("board", printed(text)))).toEqual([
      'The Interface "board" answered Provides with "device_type".',
      'The Interface "board" answered Provides with "a" more than once, again in line 3.',
      'The Interface "board" answered Provides with blanks around the value of "b".',
      'The Interface "board" answered Provides without the version of its Component.',
    ]);
  });

  test("every line that is no key=value is told with its number", () => {
    const text = "starting up...\n=v1\n\na b=c\nrootfs-image.board.version=v1\r\n";
    expect(messages(readProvides("board", printed(text)))).toEqual([
      'Line 1 of what the Interface "board" answered to Provides is no key=value.',
      'Line 2 of what the Interface "board" answered to Provides has no proper key.',
      'Line 3 of what the Interface "board" answered to Provides is no key=value.',
      'Line 4 of what the Interface "board" answered to Provides has no proper key.',
      'Line 5 of what the Interface "board" answered to Provides holds a control character.',
    ]);
  });
});

describe("Inventory", () => {
  test("a repeated key is a list, in the order of its lines", () => {
    expect(readInventory(printed("net=eth0\ncpu=ARM v8 \nnet=can0\n"))).toEqual({
      ok: true,
      value: new Map([
        ["net", ["eth0", "can0"]],
        ["cpu", ["ARM v8 "]],
      ]),
    });
  });

  test("nothing printed is nothing to tell", () => {
    expect(readInventory(printed(""))).toEqual({ ok: true, value: new Map() });
  });

  test("a line that is no key=value is a problem", () => {
    expect(messages(readInventory(printed("net\n")))).toEqual([
      'Line 1 of what the Interface "board" answered to Inventory is no key=value.',
    ]);
  });
});
