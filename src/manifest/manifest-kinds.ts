/** How the first Manifests were written. */
export const seedKinds = ["update_manifest", "updateManifest"] as const;

/** What a Manifest may say of itself as its `kind`. */
export const manifestKinds = ["manifest", ...seedKinds] as const;
