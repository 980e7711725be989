import colors from 'picocolors';
import { dataFolder } from './data-folder';
import { ledgerApi } from './demo/ledger-api';
import { tellStory } from './demo/story';
import { launch } from './launch';
import { run } from './run';
import { welcome } from './welcome';

export interface CommonOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
}

export interface StartOptions extends CommonOptions {
  /** The chains file. */
  readonly chains?: string;
  /** Everything when left out. */
  readonly roles?: Roles;
}

export interface Roles {
  /** What the ledger does; no ledger runs when it is empty. */
  readonly ledger: readonly string[];
  readonly watcher: boolean;
}

export interface DemoOptions extends CommonOptions {
  /** Ends after the story, for scripts. */
  readonly once: boolean;
}

const print = (line: string): void => console.log(line);

/** Something to know about while the service runs. */
function tell(sentence: string): void {
  print(`${colors.dim(new Date().toTimeString().slice(0, 8))} ${sentence}`);
}

/** Runs the service until it is told to stop. */
export function start(options: StartOptions): Promise<void> {
  return run(async (stack) => {
    const folder = dataFolder(options.data);
    const { roles, ...others } = options;
    const withWatcher = roles?.watcher ?? true;
    const launched = await launch(
      {
        ...{ ...others, folder, withChain: false, withWatcher, tell },
        ...(roles && { ledgerRoles: roles.ledger }),
      },
      stack,
    );
    print(welcome(launched, folder));
    return 'stay';
  });
}

/** Runs the service with a local chain, plays the story, and stays until it is told to stop. */
export function demo(options: DemoOptions): Promise<void> {
  return run(async (stack) => {
    const folder = dataFolder(options.data);
    const launched = await launch(
      { ...options, folder, withChain: true, withWatcher: true, tell },
      stack,
    );
    if (!launched.chain || launched.ledgerUrl === null) {
      throw new Error('The demo needs its chain and its ledger.');
    }
    const api = ledgerApi(launched.ledgerUrl, launched.apiKey);
    await tellStory({ api, chain: launched.chain, print });
    if (options.once) return 'end';
    print(welcome(launched, folder));
    return 'stay';
  });
}
