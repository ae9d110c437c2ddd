/** What an Artifact may hold at most; docs/artifact.md publishes these. Bytes unless said otherwise. */
export const limits = {
  version: 1024,
  manifest: 1024 * 1024,
  signature: 4096,
  /** `header.tar` as it lies in the Artifact. */
  header: 4 * 1024 * 1024,
  /** `header.tar` once unpacked, state scripts included. */
  headerUnpacked: 16 * 1024 * 1024,
  /** `header-info`, `type-info` and `meta-data`, each. */
  headerFile: 1024 * 1024,
  /** How many entries `header.tar` may have. */
  headerEntries: 1000,
  /** How many payload files there may be. */
  payloadFiles: 1000,
  /** The extended header of one tar entry: a long name, a size over 8 GiB. */
  extendedHeader: 64 * 1024,
  /** Zeros behind the end of a tar: `tar` fills its last record with them. */
  endPadding: 1024 * 1024,
  /** Characters of a name in `manifest`, as the real parsers have it. */
  manifestName: 100,
} as const;
