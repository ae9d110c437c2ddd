import { describe, expect, test } from "vitest";
import { jsonText } from "../../../src/report/json-text.ts";

describe("JSON that is printed", () => {
  test.each([
    ["a right-to-left override", 0x202e, String.raw`\u202e`],
    ["a zero width space", 0x200b, String.raw`\u200b`],
    ["a tag, outside of the first plane", 0xe0041, String.raw`\udb40\udc41`],
    ["an escape sequence of one character", 0x9b, String.raw`\u009b`],
    ["a delete", 0x7f, String.raw`\u007f`],
    ["a line separator", 0x2028, String.raw`\u2028`],
    ["a no-break space", 0xa0, String.raw`\u00a0`],
  ])("shows %s as an escape, in texts and keys", (_, code, escape) => {
    const character = String.fromCodePoint(code);
    const value = { [`k${character}`]: [`a${character}b`] };
    expect(jsonText(value)).toBe(`{"k${escape}":["a${escape}b"]}`);
    expect(JSON.parse(jsonText(value))).toEqual(value);
  });

  test("leaves what shows as it is", () => {
    expect(jsonText({ name: "Zündung ⚠ 版本 😀", size: 3 })).toBe(
      '{"name":"Zündung ⚠ 版本 😀","size":3}',
    );
  });
});
