import { isGzip, isTar } from "../bundle/unpack.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { manifestKinds } from "../manifest/manifest-kinds.ts";
import type { ByteSource } from "../platform/types.ts";
import { foreignKind, notOurs } from "./foreign-kind.ts";

/** What a file is, told from its content and never from its name. */
export type InputKind = "artifact" | "bundle" | "gzip" | "text";

/** Bytes at the start of a tar: the header of its first entry, and the start of that entry's content. */
const headLength = 1024;

/** A failure where it is none of them. */
export async function kindOfInput(source: ByteSource): Promise<Result<InputKind>> {
  if (await isGzip(source)) return ok("gzip");
  const head = await headOf(source);
  if (await isTar(source)) return ok(isArtifact(head.toString("latin1")) ? "artifact" : "bundle");
  const foreign = foreignKind(head);
  return foreign === null ? ok("text") : fail(notOurs(source.name, foreign));
}

/** An Artifact begins with its `version`, and that with its format. */
function isArtifact(head: string): boolean {
  return head.startsWith("version\0") && /"format"\s*:\s*"mender"/.test(head.slice(512));
}

async function headOf(source: ByteSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.read(0, Math.min(headLength, source.size))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Whether a text says of itself that it is a Manifest. */
export function saysManifest(bytes: Uint8Array): boolean {
  const kind = kindIn(new TextDecoder().decode(bytes));
  return manifestKinds.some((each) => each === kind) && !bytes.includes(0);
}

function kindIn(text: string): string | undefined {
  return /^kind:[ \t]*["']?([\w-]*)/m.exec(text)?.[1];
}

/** The kinds of text files, as a sentence names them. */
export type TextKind =
  "Manifest" | "Topology" | "constraints file" | "state file" | "configuration";

/**
 * Told from the first keys at the margin; a file that says nothing is taken for a Manifest, whose reader says what is
 * missing.
 */
export function kindOfText(bytes: Uint8Array): TextKind {
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text)) return "configuration";
  const kind = kindIn(text);
  if (kind === "topology") return "Topology";
  if (kind !== undefined) return "Manifest";
  if (/^constraints:/m.test(text)) return "constraints file";
  return /^components:/m.test(text) ? "state file" : "Manifest";
}
