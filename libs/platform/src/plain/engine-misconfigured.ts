/**
 * An engine (event store, durable log, database) cannot be used as it is configured. The message says
 * what is wrong and what would be right, for the person who wrote the configuration, and never repeats a
 * password.
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
