import type { Logger } from 'pino';

/** One of this many reads is logged. Writes, streams and failures of the service always are. What a client does wrong is logged at debug. */
const READS_PER_LINE = 100;

/** Writes a line for each outcome, except for most reads. */
export function outcomeLog(logger: Logger, msg: string) {
  // These lines have fixed fields without secrets, so redaction is not needed.
  const lines = logger.child({}, { redact: [] });
  let reads = 0;
  return (
    { isRead, isClientError }: { readonly isRead: boolean; readonly isClientError: boolean },
    elapsedMs: number,
    facts: () => Readonly<Record<string, unknown>>,
  ) => {
    const level = isClientError ? 'debug' : 'info';
    if (!lines.isLevelEnabled(level)) return;
    if (isRead && !isClientError && reads++ % READS_PER_LINE !== 0) return;
    lines[level]({ ...facts(), durationMs: Math.round(elapsedMs * 10) / 10 }, msg);
  };
}
