import { EXIT, type ExitCode, Failure } from './exit-codes';

/** Codes of connections that did not come about, or broke. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPIPE'],
  // PostgreSQL: connection failures (class 08) and a server that starts, stops or was stopped.
  ...['08000', '08001', '08003', '08006', '57P01', '57P02', '57P03'],
]);

/** Errors of the libraries that tell of a configuration, by name: their classes take long to load. */
const CONFIGURATION: ReadonlySet<string> = new Set([
  'EnvironmentError',
  'EngineMisconfigured',
  'InvalidXpub',
  'InvalidChainsFile',
]);

/** Audits that were asked for what cannot be: another request, or more rights, would do. */
const MISASKED: ReadonlySet<string> = new Set([
  ...['as-of-in-future', 'as-of-too-early', 'no-rights', 'not-migrated', 'nothing-to-resume'],
  ...['schema-taken', 'unknown-read-model'],
]);

/** Faults of Daybook itself, which whoever mends them wants to see whole. */
const FAULTS: ReadonlySet<string> = new Set([
  ...['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'],
]);

/** PostgreSQL's codes of what a migration, a grant or a password would mend. */
const SET_UP: Readonly<Record<string, string>> = {
  '28P01': 'PostgreSQL refuses the user or the password of DAYBOOK_DATABASE_URL.',
  '28000': 'PostgreSQL does not let the user of DAYBOOK_DATABASE_URL in from here.',
  '3D000': 'The database that DAYBOOK_DATABASE_URL names does not exist.',
  '3F000': 'The database has no Daybook in it. Run the migrations, or start the ledger once.',
  '42P01': 'The database has not all tables of this version. Run the migrations of this version.',
  '42703': 'The tables are not of this version. Run the migrations of this version.',
  '42501': 'The user of DAYBOOK_DATABASE_URL may not do this. Run the migrations, which grant it.',
};

export interface Explained {
  readonly exitCode: ExitCode;
  /** For people: a sentence, and a stack only for what is a fault of Daybook itself. */
  readonly message: string;
}

/** What to say of an error, and with which code to end. Never repeats a password or a stack in vain. */
export function explain(error: unknown): Explained {
  if (error instanceof Failure) return { exitCode: error.exitCode, message: error.message };
  if (!(error instanceof Error)) return { exitCode: EXIT.failed, message: String(error) };
  const { name, message } = error;
  const codes = codesOf(error);
  if (codes.some((code) => UNREACHABLE.has(code)) || name === 'StoreUnavailable') {
    return {
      exitCode: EXIT.unreachable,
      message: name === 'AggregateError' ? summed(error) : message,
    };
  }
  const isMisasked = name === 'AuditRefused' && codes.some((code) => MISASKED.has(code));
  if (CONFIGURATION.has(name) || isMisasked) return { exitCode: EXIT.usage, message };
  if (name === 'AuditRefused') return { exitCode: EXIT.failed, message };
  const setUp = codes.map((code) => SET_UP[code]).find((sentence) => sentence !== undefined);
  if (setUp !== undefined) return { exitCode: EXIT.usage, message: setUp };
  return { exitCode: EXIT.failed, message: FAULTS.has(name) ? (error.stack ?? message) : message };
}

/** The codes of an error and of what caused it; a host of several addresses fails with one for each. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as { code?: unknown };
  const inner = error instanceof AggregateError ? error.errors : [];
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...inner.flatMap(codesOf),
    ...codesOf(error.cause),
  ];
}

function summed(error: Error): string {
  const { errors } = error as AggregateError;
  return (errors as Error[]).map(({ message }) => message).join('; ') || error.message;
}
