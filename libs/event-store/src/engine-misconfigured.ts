/**
 * What an engine was told cannot work, now or later, so the start should stop. The message says in one
 * sentence what is wrong and in another what would be right; it never has a password in it.
 */
export class EngineMisconfigured extends Error {
  override readonly name = 'EngineMisconfigured';
  readonly code = 'engine-misconfigured';

  constructor(
    readonly engine: string,
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options);
  }
}
