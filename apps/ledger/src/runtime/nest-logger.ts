import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** The context under which Nest reports an error that ends the start. */
const FAILED_START = 'ExceptionHandler';

/**
 * Writes what Nest and the ledger log as lines of the process's logger. An object with `msg` keeps its
 * fields; an error in it is written with its stack. Nest's notes about the parts that it starts get level
 * `debug`. Its report of a failed start is omitted, because the start ends with the same error.
 */
export function nestLogger(logger: Logger): LoggerService {
  const line = (level: 'info' | 'error' | 'warn' | 'debug' | 'fatal') => {
    return (message: unknown, ...rest: readonly unknown[]) => {
      const context = rest.at(-1);
      if (context === FAILED_START) return;
      if (typeof message === 'object' && message !== null && !(message instanceof Error)) {
        const { error, ...fields } = message as Record<string, unknown>;
        logger[level]({ context, ...fields, ...(error !== undefined && { err: error }) });
      } else if (message instanceof Error) logger[level]({ context, err: message });
      else logger[level]({ context }, String(message));
    };
  };
  return {
    log: line('debug'),
    error: line('error'),
    warn: line('warn'),
    debug: line('debug'),
    verbose: line('debug'),
    fatal: line('fatal'),
  };
}
