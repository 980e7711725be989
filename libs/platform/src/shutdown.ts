/** After this the process exits anyway: all apps survive a crash. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Stops the app on SIGTERM, SIGINT, or when the launcher that started it has ended, which closes the channel
 * between them. Exits with 0 when `stop` resolves in time, else with 1.
 */
export function stopOnRequest(stop: (reason: string) => Promise<unknown>): void {
  let stopping = false;
  const begin = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    stop(reason).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => begin('SIGTERM'));
  process.on('SIGINT', () => begin('SIGINT'));
  // Under systemd or in a container there is no channel and no launcher.
  if (process.connected) process.on('disconnect', () => begin('the launcher is gone'));
}

/** Errors whose message alone says what is wrong with the configuration or an engine, and what would be right. */
const EXPLAINED: ReadonlySet<string> = new Set([
  ...['EnvironmentError', 'EngineMisconfigured', 'StoreUnavailable', 'LogUnavailable'],
  ...['WrongLog', 'StreamIncomplete'],
  ...[
    'InvalidChainsFile',
    'InvalidWalletsFile',
    'InvalidXpub',
    'DomainError',
    'IdempotencyKeyReused',
  ],
]);

/** What an app that could not start for a known reason tells its launcher over the channel between them. */
export interface StartRefusal {
  readonly sentence: string;
  /** Whether an engine does not answer now, so that another attempt may succeed. */
  readonly mayPass: boolean;
}

/** Ends a process that could not start, with code 1. A known refusal shows its sentence, another error its stack. */
export function failStart(error: unknown): void {
  const exit = () => process.exit(1);
  if (!(error instanceof Error) || !EXPLAINED.has(error.name)) {
    console.error(error);
    exit();
    return;
  }
  const { name, message: sentence, cause } = error;
  console.error(sentence);
  // Of the system's connection errors, and of a PostgreSQL that starts or stops.
  const code = String((cause as { code?: unknown } | undefined)?.code);
  const mayPass = name.endsWith('Unavailable') || /^(E|57P)/.test(code);
  // An exit at once could lose the message.
  if (process.send === undefined) exit();
  else process.send({ sentence, mayPass } satisfies StartRefusal, exit);
}
