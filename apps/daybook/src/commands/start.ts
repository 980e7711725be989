import { type Command, Option } from 'commander';
import { listOf, port } from '../cli/arguments';
import { examples } from '../cli/command';
import { DATA_FOLDER } from '../cli/defaults';
import type { Roles } from '../start';

const HOST = '127.0.0.1';
const PORT = 3000;
const LEDGER_ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
const ROLES_HELP = `what runs: ${LEDGER_ROLES.join(', ')} (together "ledger"), watcher (default: all of it)`;

/** Loaded when asked for, so that help comes at once. */
const load = () => require('../start') as typeof import('../start');

export function addStart(program: Command): void {
  const command = serviceCommand(program, 'start')
    .description('Run PostgreSQL, the ledger and the chain-watcher until Ctrl-C.')
    .addOption(new Option('--chains <file>', 'which chains are watched').env('DAYBOOK_CHAINS_FILE'))
    .addOption(new Option('--roles <list>', ROLES_HELP).argParser(roles))
    .action((options) => load().start(options));
  examples(
    command,
    'npm start',
    'npm start -- --port 8080',
    'npx daybook start --roles ledger',
    'npx daybook start --roles watcher --data /var/lib/daybook',
    'DAYBOOK_EVM_XPUB=xpub... npx daybook start --chains chains.json',
  );
}

/** What the ledger does, and whether a watcher runs beside it. */
function roles(text: string): Roles {
  const given = listOf(['ledger', ...LEDGER_ROLES, 'watcher'])(text);
  const ledger = given.includes('ledger')
    ? LEDGER_ROLES
    : LEDGER_ROLES.filter((role) => given.includes(role));
  return { ledger, watcher: given.includes('watcher') };
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
