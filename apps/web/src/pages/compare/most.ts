/** Runs side by side: as many as there are marks for. */
export const mostCompared = 8;
