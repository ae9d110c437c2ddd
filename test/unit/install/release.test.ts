import { describe, expect, test } from "vitest";
import { checkRelease } from "../../../src/install/release.ts";
import { programReleased } from "../../../src/core/program-version.ts";
import { datastoreAt } from "../../../src/journal/datastore.ts";
import { nodeFiles } from "../../../src/platform/files.ts";
import { scratchDirectory } from "../../support/scratch.ts";

/** What is said of a release that expires at one time, by a clock that tells another. */
function judged(expires: string, now: string, acceptExpired = false) {
  return checkRelease(
    { files: nodeFiles(), store: datastoreAt(scratchDirectory()), now: new Date(now) },
    { file: "m.yaml", sequence: null, expires },
    { allowDowngrade: false, acceptExpired },
  );
}

const long = "2039-01-01T00:00:00Z";

describe("a release that expires", () => {
  test("is good until then, to the second", () => {
    expect(judged(long, long)).toEqual({ ok: true, value: [] });
    expect(judged(long, "2039-01-01T00:00:01Z")).toMatchObject({
      ok: false,
      problems: [{ code: "release-expired", got: "2039-01-01T00:00:01.000Z" }],
    });
  });

  test("is taken although it has expired, where that is accepted", () => {
    expect(judged(long, "2040-01-01T00:00:00Z", true)).toMatchObject({
      ok: true,
      value: [{ code: "release-expired" }],
    });
  });

  test.each(["1970-01-01T00:00:10Z", "2000-01-01T00:00:00Z"])(
    "is not judged by a clock that says %s, before this program was made: a warning",
    (now) => {
      for (const expires of [long, "1999-01-01T00:00:00Z"]) {
        expect(judged(expires, now)).toMatchObject({
          ok: true,
          value: [{ code: "clock-not-set", hint: "Set the clock; the release is taken as it is." }],
        });
      }
    },
  );

  test("is judged from the moment on when this program was made", () => {
    expect(judged("1999-01-01T00:00:00Z", programReleased)).toMatchObject({ ok: false });
  });
});
