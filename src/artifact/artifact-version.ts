import * as z from "zod";
import { parseJson } from "../core/json.ts";
import { refused } from "./artifact-error.ts";

const Version = z.strictObject({ format: z.string(), version: z.int() });

/** ArtifactError unless `version` is that of the format that we read. */
export function demandVersion(file: string, bytes: Uint8Array): void {
  // A byte order mark before the JSON is no JSON to the parsers of others.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const version = parseVersion(text);
  if (version === null || version.format !== "mender") {
    throw refused("artifact-layout", file, `"${file}" is not a Mender Artifact.`, {
      expected: '{"format":"mender","version":3} in "version"',
      got: text.slice(0, 100),
      hint: "Give a file made by `mender-artifact`.",
    });
  }
  if (version.version !== 3) {
    throw refused(
      "artifact-version-unsupported",
      file,
      `"${file}" is a Mender Artifact of version ${version.version}.`,
      { expected: "version 3", got: `version ${version.version}`, hint: "Make it as version 3." },
    );
  }
}

/** Null where it is not JSON of the two fields, each once and plainly written. */
function parseVersion(text: string): z.infer<typeof Version> | null {
  try {
    const json = parseJson(text);
    const parsed = Version.safeParse(json);
    // A field that stands there twice, or a 3 written as 3.0, is read differently by different parsers.
    const isPlain = JSON.stringify(json) === text.replaceAll(/\s/g, "");
    return parsed.success && isPlain ? parsed.data : null;
  } catch {
    return null;
  }
}
