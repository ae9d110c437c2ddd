/** What is made on first use: a command makes nothing that it does not use, for that costs time at every start. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
