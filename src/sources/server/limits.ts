/** What is taken from a Server at most; docs/mender-server.md publishes these. Bytes unless said otherwise. */
export const limits = {
  /** A page of the list of Artifacts. */
  page: 8 * 1024 * 1024,
  /** All pages of the list together. */
  list: 32 * 1024 * 1024,
  /** What says where an Artifact's bytes are. */
  link: 256 * 1024,
  /** Pages of one list. */
  pages: 50,
  /** Redirects that one request may lead through. */
  redirects: 5,
  /** Characters of an Artifact's id or name. */
  name: 256,
  /** Keys that an Artifact may provide, or depend on, and values or globs of a list. */
  entries: 1000,
  /** Characters of a key or value. */
  text: 4096,
  /** What has to come so that a download that breaks off again counts as getting on. */
  progress: 16 * 1024,
  /** What of an answer may lie here before it is read, where nobody says how large the pieces are to be. */
  ahead: 64 * 1024,
  /** What one request asks for where only the header of an Artifact is wanted. */
  headerStep: 256 * 1024,
} as const;

/** Milliseconds. */
export const waits = {
  first: 1000,
  longest: 60_000,
  /** However long a Server says in `Retry-After`. */
  longestAsked: 600_000,
} as const;
