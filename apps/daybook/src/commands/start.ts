import { type Command, Option } from '@commander-js/extra-typings';
import { DATA_FOLDER, examples, listOf, port } from '../cli/options';

const LEDGER_ROLES = ['api', 'projector', 'consumer', 'relay'] as const;
const ROLES_HELP = `what runs: ${LEDGER_ROLES.join(', ')} (together "ledger"), watcher (default: all of it)`;

const load = () => require('../launch/run') as typeof import('../launch/run');

export function addStart(program: Command): void {
  serviceCommand(program, 'start')
    .description('Run PostgreSQL, the ledger and the chain-watcher until Ctrl-C.')
    .addOption(new Option('--chains <file>', 'the chains to watch').env('DAYBOOK_CHAINS_FILE'))
    .addOption(new Option('--roles <list>', ROLES_HELP).argParser(roles))
    .addHelpText(
      'after',
      examples(
        'npm start',
        'npm start -- --port 8080',
        'npx daybook start --roles ledger',
        'npx daybook start --roles watcher --data /var/lib/daybook',
        'DAYBOOK_EVM_XPUB=xpub... npx daybook start --chains chains.json',
      ),
    )
    .action(({ roles, ...options }) => {
      const { ledger, watcher = true } = roles ?? {};
      return load().run({
        ...options,
        ...{ ledgerRoles: ledger, withWatcher: watcher },
      });
    });
}

export function addDemo(program: Command): void {
  serviceCommand(program, 'demo')
    .description('Run the service with a local chain, and show deposits arrive.')
    .option('--tron', 'a stand-in for a TRON node in the place of an EVM chain')
    .option('--once', 'stop after the deposits')
    .addHelpText(
      'after',
      examples('npm run demo', 'npm run demo -- --tron', 'npx daybook demo --data /tmp/try --once'),
    )
    .action(({ tron, ...options }) =>
      load().run({ ...options, withWatcher: true, withChain: tron ? 'tron' : 'evm' }),
    );
}

export function addReset(program: Command): void {
  program
    .command('reset')
    .description('Stop what runs on a data folder, and delete the folder.')
    .option('--data <folder>', 'the data folder', DATA_FOLDER)
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('npm run reset', 'npx daybook reset --data /tmp/try'))
    .action((options) =>
      (require('../launch/reset') as typeof import('../launch/reset')).reset(options),
    );
}

function serviceCommand(program: Command, name: string) {
  return program
    .command(name)
    .option('--data <folder>', 'the data folder', DATA_FOLDER)
    .option('--host <address>', 'the address on which the REST interface listens', '127.0.0.1')
    .option('--port <number>', 'the port of the REST interface', port, 3000)
    .option('--insecure', 'allow a --host that other machines reach without TLS');
}

/** The roles of the ledger, and whether a watcher runs beside it. */
function roles(text: string) {
  const given = listOf(['ledger', ...LEDGER_ROLES, 'watcher'])(text);
  const isGiven = (role: (typeof LEDGER_ROLES)[number]) =>
    given.includes('ledger') || given.includes(role);
  return { ledger: LEDGER_ROLES.filter(isGiven), watcher: given.includes('watcher') };
}
