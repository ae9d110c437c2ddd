import * as z from "zod";

/** A name that is printed, journaled and made part of paths: no control characters, no blanks at its ends. */
// oxlint-disable-next-line no-control-regex
const name = z
  .string()
  .regex(/^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,254}[^\s\x00-\x1f\x7f])?$/u, {
    error: "must be 1 to 256 characters without control characters or blanks at its ends",
  });

/** A kind of Component, for example `gateway`: the Manifest speaks of these. */
export const ComponentType = name.brand<"ComponentType">();
export type ComponentType = z.infer<typeof ComponentType>;

/** One Component of one machine, for example `R456`: what its Interface answers to `Identity`. */
export const ComponentId = name.brand<"ComponentId">();
export type ComponentId = z.infer<typeof ComponentId>;

/** The name of an Artifact, as `mender-artifact` wrote it into the header. */
export const ArtifactName = name.brand<"ArtifactName">();
export type ArtifactName = z.infer<typeof ArtifactName>;

/** What is installed on a Component, by name: `gateway-v1`, without `.mender`; `?` where unknown. */
export const Version = name.brand<"Version">();
export type Version = z.infer<typeof Version>;

/** The version of a Component of which nothing is known. */
export const unknownVersion: Version = Version.parse("?");

/** As it is told; null: left half-way, of which nothing is known either. */
export function shownVersion(version: Version | null): Version {
  return version ?? unknownVersion;
}

/** A named end state of the whole System, for example `v.2`. */
export const SystemVersion = name.brand<"SystemVersion">();
export type SystemVersion = z.infer<typeof SystemVersion>;

/** A SHA-256 in 64 lower-case hexadecimal digits. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: "must be 64 lower-case hexadecimal digits" })
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;
