import { type Command, Option } from '@commander-js/extra-typings';
import { examples } from '../cli/options';

/** Adds `check` to the commands on chains. It needs neither a ledger nor a database. */
export function addChainsCheck(chains: Command): void {
  chains
    .command('check')
    .description('Ask the nodes of a chains file all that the watcher will need. Needs no service.')
    .argument('[chain]', 'a CAIP-2 id, such as eip155:1 (default: all chains of the file)')
    .addOption(new Option('--file <file>', 'the chains file').env('DAYBOOK_CHAINS_FILE'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'npx daybook chains check --file chains.json',
        'npx daybook chains check eip155:8453 --file chains.json',
        "DAYBOOK_CHAINS_FILE=chains.json npx daybook chains check --json | jq '.chains[].canRun'",
      ),
    )
    .action((chain, options) => {
      const { check } = require('../chains/check') as typeof import('../chains/check');
      return check(chain, options);
    });
}
