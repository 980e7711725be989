/**
 * How properties are run: the same examples on every machine, few enough for milliseconds. A failure
 * prints the seed and the path of its smallest example; it belongs in a spec as a story of its own.
 */
export const RUNS = { seed: 20250102, numRuns: 300 } as const;
