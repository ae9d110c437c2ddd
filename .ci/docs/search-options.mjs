/** What was, and why, comes after what is. */
const boostDocument = (id) => (/^(?:CHANGELOG|docs\/decisions)/.test(id) ? 0.4 : 1);

/** Of the index, for who writes and who reads it. Names such as `on_interrupt` and `--stop-before` are words. */
export const searchOptions = {
  fields: ["title", "page", "text"],
  storeFields: ["title", "page"],
  tokenize: (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+(?:[-.][\p{L}\p{N}_]+)*/gu) ?? [],
  searchOptions: {
    boost: { title: 4, page: 2 },
    prefix: true,
    fuzzy: 0.15,
    combineWith: "AND",
    boostDocument,
  },
};
