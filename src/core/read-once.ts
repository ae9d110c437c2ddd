/** How a schema reads what is read once in a process: generating a parser of its own takes longer than that. */
export const readOnce = { jitless: true } as const;
