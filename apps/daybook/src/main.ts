import { Command, InvalidArgumentError, Option } from 'commander';
import { reset } from './reset';
import { demo, start } from './start';

const DATA_FOLDER = '.daybook';
const HOST = '127.0.0.1';
const PORT = 3000;
/** The watcher's endpoint takes the next port. */
const PORT_MAX = 65_534;

const program = new Command('daybook').description(
  'An event-sourced ledger for crypto deposits, on this machine.',
);

function serviceCommand(name: string): Command {
  return program
    .command(name)
    .option('--data <folder>', 'where everything is kept', DATA_FOLDER)
    .option('--host <address>', 'where the REST interface listens', HOST)
    .option('--port <number>', 'its port', port, PORT);
}

serviceCommand('start')
  .description('Run PostgreSQL, the ledger and the chain-watcher until Ctrl-C.')
  .addOption(new Option('--chains <file>', 'which chains are watched').env('DAYBOOK_CHAINS_FILE'))
  .addHelpText(
    'after',
    `
Examples:
  npm start
  npm start -- --port 8080
  DAYBOOK_EVM_XPUB=xpub... npm start -- --chains chains.json`,
  )
  .action((options) => start(options));

serviceCommand('demo')
  .description('The same with a local EVM chain, and show deposits arrive.')
  .option('--once', 'end after the story', false)
  .addHelpText(
    'after',
    `
Examples:
  npm run demo
  npm run demo -- --data /tmp/try --once`,
  )
  .action((options) => demo(options));

program
  .command('reset')
  .description('Stop what runs on a data folder and delete it.')
  .option('--data <folder>', 'the folder', DATA_FOLDER)
  .option('--yes', 'do not ask', false)
  .addHelpText(
    'after',
    `
Examples:
  npm run reset
  npx daybook reset --data /tmp/try`,
  )
  .action((options) => reset(options));

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > PORT_MAX) {
    throw new InvalidArgumentError(`A port is a number from 1 to ${PORT_MAX}.`);
  }
  return number;
}
