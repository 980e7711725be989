import { destination, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

/** Fields that may hold secrets; TypeORM's errors carry the values of a statement, perhaps personal data. */
const SECRETS = [
  ...['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
  ...['err.parameters', 'err.driverError.parameters'],
  ...['authorization', 'password', 'secret', 'apiKey', 'token', 'databaseUrl', 'connectionString'],
  ...['*.authorization', '*.password', '*.secret', '*.apiKey', '*.token'],
  ...['*.databaseUrl', '*.connectionString'],
];

/** The format of all apps: one JSON line per outcome with the app's name, RFC 3339 times, no secrets. */
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
 * The logger of an app. It buffers lines until the process ends or others are written: a system call for each
 * line was a tenth of the cost of a command.
 */
export function createLogger(app: string, level: string): Logger {
  return pino(loggerOptions(app, level), destination({ sync: false }));
}
