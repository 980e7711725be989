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
  logger.info('the last line');
  process.exit(0);
});
process.on('disconnect', () => process.exit(1));
