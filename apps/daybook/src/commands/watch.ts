import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { blockNumber, uuid } from '../cli/arguments';
import { dataOption, examples, jsonOption } from '../cli/command';

const CHAIN_HELP = 'a CAIP-2 id; may be left out where only one chain is watched';

function reasonOption(): Option {
  return new Option('--reason <text>', 'why; it is kept as evidence').default(
    `on the command line, by ${userInfo().username}`,
    'who runs the command',
  );
}

export function addWatch(program: Command): void {
  const watch = program
    .command('watch')
    .description('Request a rescan or a ring reset of a chain, and see what came of it.');

  const rescan = watch
    .command('rescan')
    .description(
      'Match blocks again. What was missed is found; what was found is never credited twice.',
    )
    .option('--chain <id>', CHAIN_HELP)
    .option('--from <block>', 'the first block', blockNumber)
    .option('--to <block>', 'the last one (default: the last that was matched)', blockNumber)
    .option(
      '--reset-ring',
      "after a reorg deeper than what is remembered: take the node's chain, from --from if given",
      false,
    )
    .option('--yes', 'allow more than 10,000 blocks', false)
    .addOption(reasonOption())
    .option('--detach', 'do not wait for the end', false)
    .addOption(jsonOption())
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
The ledger keeps the request and hands it to the watcher of the chain, which works on it while it follows
the chain. The request survives restarts of both, and waits while no watcher runs. Every address is looked
for. A reset reports all transfers of the removed branch as reverted, so the ledger takes back what it
credited, and matches the other branch.`,
    )
    .action((options) => {
      const { runRescan } = require('../watch/rescan') as typeof import('../watch/rescan');
      return runRescan(options);
    });
  examples(
    rescan,
    'npx daybook watch rescan --chain eip155:1 --from 19000000 --to 19000500',
    'npx daybook watch rescan --from 0 --yes --detach',
    'npx daybook watch rescan --chain eip155:1 --reset-ring',
  );

  const load = () => require('../watch/requests') as typeof import('../watch/requests');
  const list = watch
    .command('list')
    .description('Show the last requests, and what came of them.')
    .option('--chain <id>', 'only requests for this chain')
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().showRequests(options));
  examples(
    list,
    'npx daybook watch list',
    `npx daybook watch list --json | jq '.requests[] | select(.state == "running")'`,
  );

  const cancel = watch
    .command('cancel')
    .description('Cancel a request. What it found by then stays found.')
    .argument('<id>', 'as "watch list" shows it', uuid)
    .addOption(reasonOption())
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((id, options) => load().cancelRequest(id, options));
  examples(cancel, 'npx daybook watch cancel 0b6cf4a5-7a0f-4f0e-8f5e-3d3c5d1e9a52');
}
