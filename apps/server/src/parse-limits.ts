/** A query of the Studio has some 500 tokens; a document of a million would keep the parser busy for seconds. */
export const parseLimits = { maxTokens: 20_000 } as const;
