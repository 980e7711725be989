import { destination, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

/**
 * Where secrets may stand in what is logged. TypeORM's errors carry the values of a statement, which
 * may be anybody's data.
 */
const SECRETS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  'err.parameters',
  'err.driverError.parameters',
  ...[
    'authorization',
    'password',
    'secret',
    'apiKey',
    'token',
    'databaseUrl',
    'connectionString',
  ].flatMap((name) => [name, `*.${name}`]),
];

/** How every app logs: one JSON line per outcome, the app's name in it, RFC 3339 times, no secrets. */
export function loggerOptions(app: string, level: string): LoggerOptions {
  return {
    level,
    base: { app },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS, censor: '[secret]' },
  };
}

/**
 * The logger of an app. Lines that come while others are being written go out together: a system call
 * a line was a tenth of what a command costs. What waits is written when the process ends.
 */
export function createLogger(app: string, level: string): Logger {
  return pino(loggerOptions(app, level), destination({ sync: false }));
}
