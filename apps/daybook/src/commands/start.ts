import { type Command, Option } from 'commander';
import { listOf, port } from '../cli/arguments';
import { examples } from '../cli/command';
import { DATA_FOLDER } from '../cli/defaults';

const HOST = '127.0.0.1';
const PORT = 3000;
const ROLES = ['api', 'projector', 'consumer', 'relay'] as const;

/** Loaded when asked for, so that help comes at once. */
const load = () => require('../start') as typeof import('../start');

export function addStart(program: Command): void {
  const command = serviceCommand(program, 'start')
    .description('Run PostgreSQL, the ledger and the chain-watcher until Ctrl-C.')
    .addOption(new Option('--chains <file>', 'which chains are watched').env('DAYBOOK_CHAINS_FILE'))
    .addOption(
      new Option('--roles <list>', `what the ledger does (default: ${ROLES.join(',')})`).argParser(
        listOf(ROLES),
      ),
    )
    .option('--without-watcher', 'run no chain-watcher: another one watches, or none', false)
    .action((options) => load().start(options));
  examples(
    command,
    'npm start',
    'npm start -- --port 8080',
    'npx daybook start --roles api,projector --without-watcher',
    'DAYBOOK_EVM_XPUB=xpub... npx daybook start --chains chains.json',
  );
}

export function addDemo(program: Command): void {
  const command = serviceCommand(program, 'demo')
    .description('The same with a local EVM chain, and show deposits arrive.')
    .option('--once', 'end after the story', false)
    .action((options) => load().demo(options));
  examples(command, 'npm run demo', 'npx daybook demo --data /tmp/try --once');
}

export function addReset(program: Command): void {
  const command = program
    .command('reset')
    .description('Stop what runs on a data folder and delete it.')
    .option('--data <folder>', 'the folder', DATA_FOLDER)
    .option('--yes', 'do not ask', false)
    .action((options) => (require('../reset') as typeof import('../reset')).reset(options));
  examples(command, 'npm run reset', 'npx daybook reset --data /tmp/try');
}

function serviceCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .option('--data <folder>', 'where everything is kept', DATA_FOLDER)
    .option('--host <address>', 'where the REST interface listens', HOST)
    .option('--port <number>', 'its port', port, PORT);
}
