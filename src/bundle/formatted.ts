import { refused } from "../artifact/artifact-error.ts";
import type { Checksum } from "../artifact/checksum-list.ts";
import type { VerifyKey } from "../artifact/keys.ts";
import { isSafePath, overlong } from "../artifact/safe-name.ts";
import { demandSignature, type Signed } from "../artifact/signature.ts";
import { trailing } from "../artifact/tar-audit.ts";
import type { ByteSource } from "../platform/types.ts";
import { sumOfBytes, wrongSum } from "./entry-content.ts";
import { demandVersion, notABundle } from "./bundle-version.ts";
import { readEntryList } from "./entry-list.ts";
import { entryHead, entryName } from "./format.ts";
import { bundleLimits } from "./limits.ts";
import { type IndexedEntry, readAt, type TarIndex } from "./tar-index.ts";
import type { BundleContent } from "./types.ts";

/**
 * A bundle that `bundle create` made: one way to write it, so every byte is either covered by a checksum or known.
 * The signature comes before the checksums are read, and they before the Manifest.
 */
export async function openFormatted(
  source: ByteSource,
  index: TarIndex,
  keys: readonly VerifyKey[],
): Promise<BundleContent> {
  const file = source.name;
  const [version, checksums, third] = index.entries;
  if (version === undefined || checksums?.name !== entryName.checksums) {
    throw await notABundle(source, version, checksums);
  }
  await demandVersion(source, version);
  await demandCanonical(source, index);

  const listBytes = await small(source, checksums, bundleLimits.checksums);
  const signed = third?.name === entryName.signature;
  if (!signed && keys.length > 0) throw unsigned(file);
  const signature = signed ? await small(source, third, bundleLimits.signature) : null;
  const key =
    signature === null ? null : demandSignature(file, asBundle, listBytes, signature, keys);

  const list = readEntryList(listBytes, (name) =>
    isSafePath(name) ? null : (overlong(name) ?? "which is not allowed"),
  );
  if ("line" in list) {
    throw refused(
      "bundle-checksums-invalid",
      file,
      `Line ${list.line} of "checksums" in "${file}" ${list.what}.`,
    );
  }
  const listed = index.entries.slice(signed ? 3 : 2);
  demandSameNames(file, list, listed, signed);

  const [manifest, ...artifacts] = listed.map((entry, at) => ({ entry, sum: list[at] }));
  if (manifest?.sum?.name !== entryName.manifest) throw noManifest(file, manifest?.entry.name);
  const bytes = await small(source, manifest.entry, bundleLimits.manifest);
  const got = sumOfBytes(bytes);
  if (got !== manifest.sum.sha256) throw wrongSum(file, manifest.sum, got);

  return {
    identity: sumOfBytes(listBytes),
    manifest: { entry: entryName.manifest, bytes },
    entries: artifacts.map(({ entry: { name, offset, size }, sum }) => ({
      name,
      offset,
      size,
      sha256: sum?.sha256 ?? null,
      vouched: key === null ? null : (sum?.whole ?? null),
    })),
    signed,
    verifiedBy: key?.name ?? null,
    plain: false,
  };
}

const asBundle: Signed = { kind: "bundle", code: "bundle-signature", command: "bundle sign" };

/** The content of an entry that must be small. */
export async function small(
  source: ByteSource,
  entry: IndexedEntry,
  maxBytes: number,
): Promise<Uint8Array> {
  if (entry.size > maxBytes) {
    throw refused(
      "archive-too-large",
      source.name,
      `"${entry.name}" in "${source.name}" is too large.`,
      {
        expected: `at most ${maxBytes} bytes`,
        got: `${entry.size} bytes`,
      },
    );
  }
  return readAt(source, entry.offset, entry.size);
}

export function unsigned(file: string) {
  return refused(
    "bundle-unsigned",
    file,
    `The bundle "${file}" is not signed, and a key is configured.`,
    {
      expected: "a bundle signed by a configured key",
      got: "no signature",
      hint: "Sign it with `bundle sign`, or take the keys out of the configuration.",
    },
  );
}

export function noManifest(file: string, got: string | undefined) {
  return refused(
    "bundle-manifest-missing",
    file,
    `The bundle "${file}" has no Manifest where it must be.`,
    {
      expected: entryName.manifest,
      got: got ?? "the end of the bundle",
      hint: "Make the bundle again with `bundle create`.",
    },
  );
}

/** Headers exactly as they are written, and nothing behind the end. Padding has been read with the index. */
async function demandCanonical(source: ByteSource, index: TarIndex): Promise<void> {
  for (const { name, head, offset, size } of index.entries) {
    const expected = entryHead(name, size);
    if (
      offset - head !== expected.length ||
      !equal(await readAt(source, head, expected.length), expected)
    ) {
      throw refused(
        "bundle-layout",
        source.name,
        `The header of "${name}" in "${source.name}" is not as bundles are made.`,
        {
          hint: "The bundle was changed or packed again: make it with `bundle create`.",
        },
      );
    }
  }
  const last = index.entries.at(-1);
  if (last === undefined) return;
  if (index.end !== source.size) throw trailing(source.name);
}

/** The entries below `checksums` and its lines must be the same, one by one and in the same order. */
function demandSameNames(
  file: string,
  list: readonly Checksum[],
  entries: readonly IndexedEntry[],
  signed: boolean,
): void {
  const [names, found] = [list, entries].map((all) => all.map(({ name }) => name).toSorted());
  // What was signed is all there, and something else lies in its place: that is no slip of whoever packed it.
  const isSwapped = signed && names?.join("\0") === found?.join("\0");
  for (let at = 0; at < Math.max(list.length, entries.length); at += 1) {
    const expected = list[at]?.name ?? "the end of the bundle";
    const got = entries[at]?.name ?? "the end of the bundle";
    if (expected !== got) {
      throw refused(
        isSwapped ? "bundle-checksum" : "bundle-layout",
        file,
        `The entries of "${file}" are not the ones that its "checksums" lists.`,
        {
          expected,
          got,
          hint: "The bundle was changed after it was made: get it again.",
        },
      );
    }
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
