/** How every command ends; scripts build on these. `docs/cli.md` shows the table. */
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

/** What each code says, for the documentation. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'All is well.',
  1: 'A difference was found, something stands still, the request was refused, or the work failed.',
  2: 'The command line or the configuration is wrong; the message says what would be right.',
  3: 'An engine (PostgreSQL, EventStoreDB, Kafka) or a service cannot be reached.',
  4: 'An audit could not be carried out: it has found neither that all is well nor a difference.',
  130: 'Interrupted by Ctrl-C.',
  143: 'Told to stop by another process.',
};

/** An end that is told in one sentence, without a stack. */
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
