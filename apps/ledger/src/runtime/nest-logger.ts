import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/**
 * What Nest and the parts of the ledger log, as one line each of the process's own log. An object
 * with `msg` keeps its fields; an error in it is written with its stack.
 */
export function nestLogger(logger: Logger): LoggerService {
  const line = (level: 'info' | 'error' | 'warn' | 'debug' | 'fatal') => {
    return (message: unknown, ...rest: readonly unknown[]) => {
      const context = rest.at(-1);
      if (typeof message === 'object' && message !== null && !(message instanceof Error)) {
        const { error, ...fields } = message as Record<string, unknown>;
        logger[level]({ context, ...fields, ...(error !== undefined && { err: error }) });
      } else if (message instanceof Error) logger[level]({ context, err: message });
      else logger[level]({ context }, String(message));
    };
  };
  return {
    log: line('info'),
    error: line('error'),
    warn: line('warn'),
    debug: line('debug'),
    verbose: line('debug'),
    fatal: line('fatal'),
  };
}
