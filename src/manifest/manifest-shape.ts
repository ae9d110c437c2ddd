import * as z from "zod";
import { ArtifactName, ComponentId, ComponentType, Version } from "../core/ids.ts";
import { once } from "../core/once.ts";
import { cellShape } from "./cell-shape.ts";
import { constraintsShape } from "./constraints.ts";
import { seedKinds } from "./manifest-kinds.ts";
import { preferences } from "./preference.ts";
import {
  checksum,
  fields,
  fileName,
  label,
  listOf,
  path,
  plainText,
  time,
  wholeNumber,
  yesOrNo,
} from "./words.ts";

/** Which Artifact: by its name, by where it lies, or both. */
const artifact = {
  artifact_name: ArtifactName.exactOptional(),
  artifact_path: path.exactOptional(),
  /** Of the whole file: no other will do, wherever it comes from. */
  sha256: checksum.exactOptional(),
  /** The versions from which it may be installed, for planning without the Artifact's file. */
  depends: cellShape.exactOptional(),
};

const artifactShape = fields(artifact);
export type ArtifactShape = z.output<typeof artifactShape>;

/** Which version may be installed over which. */
const edges = fields({
  columns: listOf(z.string({ error: `"from", "to" or TYPE:KEY` }), "columns").exactOptional(),
  default: z.enum(["deny", "allow"], { error: `"deny" or "allow"` }).exactOptional(),
  rows: listOf(listOf(cellShape, "cells that ends with YES, NO or n/a"), "rows"),
});

const componentType = {
  ...artifact,
  edges: edges.exactOptional(),
  /** Where the number of a version stands in its name. */
  number: z
    .string({ error: "a text" })
    .regex(/^[^{}]{0,128}\{\}[^{}]{0,128}$/, {
      error: `a text with "{}" where the number stands and "*" for anything, such as "esp32-fw-{}-*"`,
    })
    .exactOptional(),
  scheme: z
    .enum(["dotted", "semver", "date"], { error: `"dotted", "semver" or "date"` })
    .exactOptional(),
  /** Those that exist in the field. */
  versions: listOf(Version, "versions").exactOptional(),
  /** Which of them to rest in on the way, where plans cost the same. */
  prefer: z.enum(preferences, { error: `"newest" or "listed"` }).exactOptional(),
  update_strategy: fields({
    order: wholeNumber(1, 100).exactOptional(),
    max_parallel: wholeNumber(1, 10_000).exactOptional(),
  }).exactOptional(),
  stepping_stones: listOf(artifactShape, "Artifacts").exactOptional(),
  supports_rollback: yesOrNo.exactOptional(),
};

const apiVersion = z.literal("mender/v1", { error: `"mender/v1"` });

const extensions = {
  constraints: constraintsShape.exactOptional(),
  extension: fields({
    sequence: wholeNumber(0, Number.MAX_SAFE_INTEGER).exactOptional(),
    expires: time.exactOptional(),
  }).exactOptional(),
};

const systemTypes = listOf(label, "System types").min(1, { error: "at least one System type" });

const typesOf = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .record(ComponentType, shape, { error: "a map of Component types" })
    .refine((types) => Object.keys(types).length > 0, { error: "at least one Component type" });

export const manifestShape = once(() =>
  fields({
    api_version: apiVersion,
    kind: z.literal("manifest", { error: `"manifest"` }),
    name: label,
    system_types_compatible: systemTypes,
    component_types: typesOf(fields(componentType)),
    ...extensions,
  }),
);
export type ManifestShape = z.output<ReturnType<typeof manifestShape>>;

export const seedManifestShape = once(() =>
  fields({
    api_version: apiVersion,
    kind: z.enum(seedKinds, { error: `"update_manifest"` }),
    name: label.exactOptional(),
    version: label.exactOptional(),
    system_types_compatible: systemTypes.exactOptional(),
    component_types: typesOf(
      fields({ ...componentType, update_interface: fileName.exactOptional() }),
    ),
    components: listOf(
      fields({
        component_type: ComponentType,
        id: ComponentId.exactOptional(),
        args: listOf(plainText, "arguments").exactOptional(),
      }),
      "Components",
    ).exactOptional(),
    ...extensions,
  }),
);
export type SeedManifestShape = z.output<ReturnType<typeof seedManifestShape>>;
