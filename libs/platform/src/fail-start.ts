/** Errors whose message alone says what is wrong with the configuration or an engine, and what would be right. */
const EXPLAINED: ReadonlySet<string> = new Set([
  ...['EnvironmentError', 'EngineMisconfigured', 'StoreUnavailable', 'LogUnavailable'],
  ...['InvalidChainsFile', 'InvalidXpub'],
]);

/**
 * Ends a process that could not start, with exit code 1. A known refusal is shown as its sentence; any
 * other error is a fault of Daybook and is shown with its stack.
 */
export function failStart(error: unknown): never {
  const isExplained = error instanceof Error && EXPLAINED.has(error.name);
  console.error(isExplained ? error.message : error);
  process.exit(1);
}
