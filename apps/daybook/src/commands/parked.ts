import type { Command } from 'commander';
import { dataOption, examples, jsonOption, reasonOption } from '../cli/command';

const load = () => require('../parked/parked') as typeof import('../parked/parked');

export function addParked(program: Command): void {
  const parked = program
    .command('parked')
    .description('Keys whose messages wait, because one of them cannot be handled as it is.');

  const list = parked
    .command('list')
    .description('Show them, with the reason of each.')
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().showParked(options));
  examples(
    list,
    'npx daybook parked list',
    "npx daybook parked list --json | jq '.parked[].reason'",
  );

  const retry = parked
    .command('retry')
    .description('Ask a group to try the messages of a key again, in order.')
    .argument('<topic>', 'such as daybook.transfer.v1')
    .argument('<group>', 'such as ledger')
    .argument('<key>', 'as "parked list" shows it')
    .addOption(reasonOption())
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((topic, group, key, options) => load().retryParked(topic, group, key, options));
  examples(retry, 'npx daybook parked retry daybook.transfer.v1 ledger eip155:1/0xf39f...');
}
