/** The message of an error, or the text of whatever else was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why something failed: of several errors the first, of a chain of causes the last. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/**
 * An engine (event store, durable log, database) cannot be used as it is configured. The message says
 * what is wrong and what would be right, and never repeats a password.
 */
export class EngineMisconfigured extends Error {
  override readonly name = 'EngineMisconfigured';

  constructor(
    readonly engine: string,
    readonly wrong: string,
    readonly right: string,
    options?: { cause: unknown },
  ) {
    super(`${engine}: ${wrong} ${right}`, options);
  }
}
