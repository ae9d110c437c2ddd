import type { Artifact } from "../artifact/types.ts";
import type { BundleContent, BundleEntry } from "../bundle/types.ts";
import { aligned } from "./columns.ts";
import { bytesText } from "./measures.ts";
import type { Style } from "./style.ts";
import { counted } from "./words.ts";

/** A bundle and the heads of its Artifacts. */
export interface BundleInspection {
  readonly bundle: BundleContent & { readonly name: string };
  readonly artifacts: readonly { readonly entry: BundleEntry; readonly artifact: Artifact }[];
}

export function inspectionLines(
  { bundle, artifacts }: BundleInspection,
  style: Style,
): readonly string[] {
  const rows = artifacts.map(({ entry, artifact }) => [
    entry.name,
    bytesText(entry.size),
    artifact.name,
    artifact.payloadType,
    dependsText(artifact),
  ]);
  return [
    style.strong(
      `${bundle.name}: ${bundle.plain ? "a plain tar" : "a bundle"}, ${signatureText(bundle)}, ${counted(artifacts.length, "Artifact")}`,
    ),
    `  ${bundle.manifest.entry}  (${bytesText(bundle.manifest.bytes.length)})`,
    ...aligned(rows, style.widthOf).map((cells) => `  ${cells.join("  ")}`.trimEnd()),
  ];
}

function signatureText(bundle: BundleContent): string {
  if (!bundle.signed) return "not signed";
  return bundle.verifiedBy === null
    ? "signed (not checked, no key was given)"
    : `signed by "${bundle.verifiedBy}"`;
}

function dependsText(artifact: Artifact): string {
  if (artifact.depends.size === 0) return "";
  const each = [...artifact.depends].map(([key, values]) => `${key}: ${values.join(" or ")}`);
  return `depends on ${each.join(", ")}`;
}

export function inspectionJson({
  bundle,
  artifacts,
}: BundleInspection): Readonly<Record<string, unknown>> {
  return {
    type: "bundle",
    bundle: bundle.name,
    plain: bundle.plain,
    signed: bundle.signed,
    verified_by: bundle.verifiedBy,
    manifest: { entry: bundle.manifest.entry, size: bundle.manifest.bytes.length },
    artifacts: artifacts.map(({ entry, artifact }) => ({
      entry: entry.name,
      size: entry.size,
      sha256: entry.sha256,
      artifact_name: artifact.name,
      payload_type: artifact.payloadType,
      provides: Object.fromEntries(artifact.provides),
      depends: Object.fromEntries(artifact.depends),
      clears: artifact.clears,
    })),
  };
}
