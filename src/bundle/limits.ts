/** What a bundle may hold at most; docs/bundle.md publishes these. Bytes unless said otherwise. */
export const bundleLimits = {
  /** All entries of the tar, directories of a hand-made one included. */
  entries: 1000,
  checksums: 1024 * 1024,
  signature: 4096,
  manifest: 4 * 1024 * 1024,
} as const;
