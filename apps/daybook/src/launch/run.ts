import colors from 'picocolors';
import { dataFolder } from '../cli/data-folder';
import { explain } from '../cli/exit-codes';
import { ledgerApi } from '../cli/ledger-api';
import { onStopRequest } from '../cli/operate';
import { tellStory } from '../demo/story';
import { type LaunchOptions, launch, type Stop } from './launch';
import { welcome } from './welcome';

interface RunOptions extends Omit<LaunchOptions, 'folder'> {
  readonly data: string;
  /** Stops after the demo, for scripts. */
  readonly once?: boolean | undefined;
}

/**
 * Runs the service until a signal stops it. With a local chain, the deposits of the demo come first. At the end
 * everything is stopped in order.
 */
export async function run({ data, once, ...options }: RunOptions): Promise<void> {
  const folder = dataFolder(data);
  // The service goes on when nobody reads what the launcher says, or the disk that it is written to is full.
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error').on('error', () => undefined);
  }
  const stops: Stop[] = [];
  const stopRequest = new Promise<void>((resolve) => onStopRequest(() => resolve()));
  const running = async (): Promise<void> => {
    const launched = await launch({ ...options, folder }, stops);
    const { ledgerUrl, apiKey, chain, certificate } = launched;
    if (options.withChain && chain && ledgerUrl !== null) {
      const api = ledgerApi(ledgerUrl, apiKey, { certificate });
      await tellStory({ api, chain, print: console.log });
    }
    if (once) return;
    console.log(welcome(launched, folder));
    await stopRequest;
  };
  try {
    await Promise.race([running(), stopRequest]);
    console.log('Stopping.');
  } catch (error) {
    const { exitCode, message } = explain(error);
    console.error(`\n${colors.red(message)}`);
    process.exitCode = exitCode;
  }
  for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
  process.exit();
}
