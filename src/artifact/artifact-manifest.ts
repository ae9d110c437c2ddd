import { createHash } from "node:crypto";
import { Sha256 } from "../core/ids.ts";
import { refused } from "./artifact-error.ts";
import { readChecksumList } from "./checksum-list.ts";
import { limits } from "./limits.ts";
import { isSafePart } from "./safe-name.ts";
import type { PayloadFile } from "./types.ts";

/** What the Artifact's `manifest` lists: everything that the signature covers. */
export interface ArtifactManifest {
  /** Of the manifest itself. */
  readonly identity: Sha256;
  readonly version: Sha256;
  /** The header tar under the name it must have. */
  readonly header: { readonly name: string; readonly sha256: Sha256 };
  readonly payloadFiles: readonly PayloadFile[];
}

const payloadPrefix = "data/0000/";
/** What mender-artifact allows in the name of a payload file. */
const payloadName = /^[A-Za-z0-9.,_-]+$/;
const headerName = /^header\.tar(\.gz|\.xz|\.zst)?$/;

/** Reads `manifest`; ArtifactError where a line is wrong, or version or header are not listed. */
export function readArtifactManifest(file: string, bytes: Uint8Array): ArtifactManifest {
  const list = readChecksumList(bytes, objectionTo);
  if ("line" in list) throw invalid(file, `line ${list.line} ${list.what}`);

  const version = list.find(({ name }) => name === "version");
  if (version === undefined) throw invalid(file, "it does not list `version`");
  const [header, ...moreHeaders] = list.filter(({ name }) => headerName.test(name));
  if (header === undefined) throw invalid(file, "it does not list the header");
  if (moreHeaders.length > 0) throw invalid(file, "it lists more than one header");

  const payloadFiles: PayloadFile[] = [];
  for (const { name, sha256 } of list) {
    if (name === version.name || name === header.name) continue;
    if (name.startsWith("header-augment.tar")) throw augmented(file);
    if (/^data\/0*[1-9][0-9]*\//.test(name)) throw morePayloads(file, name);
    const part = name.startsWith(payloadPrefix) ? name.slice(payloadPrefix.length) : "";
    if (!isSafePart(part) || !payloadName.test(part))
      throw invalid(file, `it lists "${name}", which belongs to no Artifact`);
    payloadFiles.push({ name: part, sha256 });
  }
  if (payloadFiles.length > limits.payloadFiles) {
    throw refused("archive-too-large", file, `"${file}" holds too many payload files.`, {
      expected: `at most ${limits.payloadFiles}`,
      got: String(payloadFiles.length),
      hint: "Pack the files into one, for example a tar.",
    });
  }
  const identity = Sha256.parse(createHash("sha256").update(bytes).digest("hex"));
  return { identity, version: version.sha256, header, payloadFiles };
}

/** ArtifactError unless `bytes` have the sum that the manifest lists. */
export function demandSum(file: string, part: string, bytes: Uint8Array, expected: Sha256): void {
  const got = createHash("sha256").update(bytes).digest("hex");
  if (got !== expected) throw wrongSum(file, part, expected, got);
}

export function wrongSum(file: string, part: string, expected: string, got: string) {
  return refused("artifact-checksum", file, `The checksum of "${part}" in "${file}" is wrong.`, {
    expected,
    got,
    hint: "The file was changed or damaged: get it again, and do not install it.",
  });
}

export function augmented(file: string) {
  return refused("artifact-augmented", file, `"${file}" is an augmented Artifact.`, {
    expected: "an Artifact whose every part is signed",
    hint: "Make it without the --augment options: what they add is not covered by the signature.",
  });
}

export function morePayloads(file: string, name: string) {
  return refused("artifact-multiple-payloads", file, `"${file}" holds more than one payload.`, {
    expected: "only data/0000",
    got: name,
    hint: "Make one Artifact for each payload.",
  });
}

/** As the real parsers have it: no blanks, not too long. */
function objectionTo(name: string): string | null {
  const most = limits.manifestName;
  if (name.length > most) {
    const own = `its own name at most ${most - payloadPrefix.length}`;
    const payload = name.startsWith(payloadPrefix) ? `; of a payload file, ${own}` : "";
    return `which has ${name.length} characters, and may have at most ${most}${payload}`;
  }
  return name === "" || /[\s\x00-\x1f\x7f-\x9f]/u.test(name) ? "which is not allowed" : null;
}

function invalid(file: string, what: string) {
  return refused(
    "artifact-manifest-invalid",
    file,
    `The "manifest" of "${file}" cannot be used: ${what}.`,
    {
      hint: "Make the Artifact again with `mender-artifact`.",
    },
  );
}
