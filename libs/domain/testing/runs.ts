/**
 * How properties are run: the same examples on every machine, few enough for milliseconds. A failure
 * prints the seed and the path of its smallest example; add it to a spec as a test of its own.
 */
export const RUNS = { seed: 20250102, numRuns: 300 } as const;
