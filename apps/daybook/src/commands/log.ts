import type { Command } from '@commander-js/extra-typings';
import { reasonOption, several, subcommand } from '../cli/options';

export function addLog(program: Command): void {
  const log = program.command('log').description('Go on with an event log that was restored.');

  subcommand(
    log,
    'adopt',
    'Go on with an event log that is older than the tables, or another one. Shows first what it would do.',
    'npx daybook log adopt',
    'npx daybook log adopt --apply --reason "the server was restored from the backup of last night"',
    'npx daybook log adopt --apply --xpub configured --xpub xpub...',
  )
    .option('--apply', 'do it; without, nothing is changed')
    .option(
      '--xpub <xpub>',
      'an account-level xpub of which addresses were minted, or "configured"; may be repeated (default: configured)',
      several,
    )
    .option(
      '--new-epoch',
      'begin an epoch also where log and tables agree, as after a restore of both from one backup',
    )
    .option('--log <id>', 'with --apply: the identity of a log that is not that of the tables')
    .addOption(reasonOption())
    .addHelpText(
      'after',
      `
It runs while no service runs. What the tables know and the log lost is appended under the same ids: operators, accounts, keys,
branches, customers, purses with their addresses. Replenishments, outflows and findings come from the chain, so they are
recorded as lost, with their account, and watchers report them again. A new epoch of the log begins, which tells all readers
from where earlier messages are void. Then the tables are filled from the log. Interrupted, it is run again.`,
    )
    .action((options) => {
      const { adopt } = require('../log/adopt') as typeof import('../log/adopt');
      return adopt(options);
    });
}
