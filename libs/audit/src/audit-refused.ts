/** The audit cannot run as requested. The message says what would work. */
export class AuditRefused extends Error {
  override readonly name = 'AuditRefused';

  constructor(
    readonly code:
      | 'as-of-in-future'
      | 'as-of-too-early'
      | 'no-rights'
      | 'not-migrated'
      | 'run-elsewhere'
      | 'schema-taken'
      | 'unknown-read-model'
      | 'nothing-to-resume'
      | 'nothing-to-roll-back'
      | 'tables-changed'
      | 'tables-busy'
      | 'read-models-behind',
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}
