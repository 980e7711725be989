/** How every command ends. Scripts rely on these codes; `docs/cli.md` shows them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  undecided: 4,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, for help and documentation. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'Success: nothing is wrong.',
  1: 'A difference was found, something is stalled, the request was refused, or the work failed.',
  2: 'The command line or the configuration is wrong; the message says what would be right.',
  3: 'An engine (PostgreSQL, EventStoreDB, Kafka) or a service cannot be reached.',
  4: 'An audit could not be completed, so it is unknown whether anything differs.',
  130: 'Interrupted by Ctrl-C.',
  143: 'Stopped by another process.',
};

/** An expected failure. It is shown as one sentence, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    options?: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** Codes of connections that failed or broke. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPIPE'],
  // PostgreSQL: connection failures (class 08) and a server that starts or stops.
  ...['08000', '08001', '08003', '08006', '57P01', '57P02', '57P03'],
]);

/** Configuration errors, by name: loading their classes would slow down every command. */
const CONFIGURATION: ReadonlySet<string> = new Set([
  ...['EnvironmentError', 'EngineMisconfigured', 'InvalidXpub', 'InvalidChainsFile', 'WrongLog'],
]);

/** Refusals of an audit that another request or more rights would avoid. */
const AUDIT_USAGE: ReadonlySet<string> = new Set([
  ...['as-of-in-future', 'as-of-too-early', 'no-rights', 'not-migrated', 'nothing-to-resume'],
  ...['schema-taken', 'unknown-read-model'],
]);

/** Bugs of Daybook itself. Their stack is shown. */
const BUGS: ReadonlySet<string> = new Set([
  ...['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'],
]);

/** What to correct, by PostgreSQL's error code. */
const SET_UP: Readonly<Record<string, string>> = {
  '28P01': 'PostgreSQL refuses this user or password. Correct DAYBOOK_DATABASE_URL.',
  '28000': 'PostgreSQL refuses this user from this host. Allow it in pg_hba.conf.',
  '3D000': 'The database does not exist. Create it, or correct DAYBOOK_DATABASE_URL.',
  '3F000': 'The database has no tables of Daybook. Run the migrations.',
  '42P01': 'The database lacks tables of this version. Run the migrations of this version.',
  '42703': 'The tables are of another version. Run the migrations of this version.',
  '42501': 'The user of the database lacks a permission. Run the migrations, which grant it.',
};

/** The message and exit code of an error. The message has a stack only for a bug of Daybook. */
export function explain(error: unknown): { readonly exitCode: ExitCode; readonly message: string } {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return { exitCode: EXIT.failed, message: String(error) };
  const { name, message } = error;
  const codes = codesOf(error);
  if (codes.some((code) => UNREACHABLE.has(code)) || name === 'StoreUnavailable') {
    // A host with several addresses fails once for each of them.
    const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [];
    const all = errors.map((each) => each.message).join('; ');
    return { exitCode: EXIT.unreachable, message: all || message };
  }
  if (name === 'AuditRefused') {
    const isUsage = codes.some((code) => AUDIT_USAGE.has(code));
    return { exitCode: isUsage ? EXIT.usage : EXIT.failed, message };
  }
  if (CONFIGURATION.has(name)) return { exitCode: EXIT.usage, message };
  const setUp = codes.map((code) => SET_UP[code]).find((sentence) => sentence !== undefined);
  if (setUp !== undefined) return { exitCode: EXIT.usage, message: setUp };
  return { exitCode: EXIT.failed, message: BUGS.has(name) ? (error.stack ?? message) : message };
}

/** The codes of an error and of its causes. */
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
