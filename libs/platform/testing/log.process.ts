import { pbkdf2 } from 'node:crypto';
import { logDestination } from '../src/log-destination';
import { createLogger } from '../src/logger';

/** Writes a long line again and again, and tells its parent how many lines were dropped. Ends with its parent, or when asked to. */
const LINE = 'x'.repeat(10_000);

const path = process.env.LOG_FILE;
const bytesMax = Number(process.env.LOG_FILE_BYTES ?? 1_000_000);
const destination = logDestination(
  path === undefined ? undefined : { path, bytesMax, filesMax: 3 },
);
const logger = createLogger('test', 'info', destination);
setInterval(() => {
  for (let n = 0; n < 20; n++) logger.info(LINE);
  process.send?.(destination.dropped());
}, 5);
process.on('message', () => {
  // Threads that are busy make the lines that are on their way late.
  for (let n = 0; n < 4; n++) pbkdf2('', '', 50_000, 64, 'sha512', () => undefined);
  logger.info(LINE);
  setImmediate(() => {
    logger.info('the last line');
    process.exit(0);
  });
});
process.on('disconnect', () => process.exit(1));
