import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { type LogDestination, logDestination } from './log-destination';

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

/** The logger of an app. An error that ends the process is its last line. */
export function createLogger(
  app: string,
  level: string,
  destination: LogDestination = logDestination(),
): Logger {
  const logger = pino(loggerOptions(app, level), destination);
  destination.onRecovery((lines) => {
    logger.warn({ lines }, 'log lines were dropped, because the destination failed');
  });
  // Node writes it to standard error too, which nobody may keep.
  process.once('uncaughtExceptionMonitor', (err) => logger.fatal({ err }, `${app} ended`));
  return logger;
}
