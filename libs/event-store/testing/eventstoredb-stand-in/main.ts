import { startEventStoreDbStandIn } from '.';

/**
 * Runs the stand-in as a process of its own: `main <port> [file]`. Says its address on one line when it
 * is ready, and over IPC when it has a parent; ends with its parent, or on a signal.
 */
async function main(): Promise<void> {
  const [port = '0', file] = process.argv.slice(2);
  const standIn = await startEventStoreDbStandIn({
    port: Number(port),
    ...(file !== undefined && { file }),
  });
  process.stdout.write(`${standIn.url}\n`);
  process.send?.(standIn.url);
  const stop = () => void standIn.stop().then(() => process.exit(0));
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
}

void main();
