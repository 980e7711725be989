import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { EXIT } from '../cli/exit-codes';
import type { List } from '../cli/ledger-api';
import { type Answer, operate } from '../cli/operate';
import { subcommand } from '../cli/options';
import { watchList, watchPage } from '../status/watch-page';

const CHAINS = '/v1/operations/chains';

const SHOW_HELP = `
Reorgs and alarms are those that the leading watcher has met since it began; questions and errors are
counted from when it began to lead. A score is the expected delay of an answer, failures and lag included.
The exit code is 1 while something is wrong with the chain; warnings do not change it.`;

export function addChains(program: Command): void {
  const chains = program.command('chains').description('Show how the chains are watched.');

  subcommand(
    chains,
    'list',
    'List the watched chains: how far each is, how well it is watched, and what is wrong.',
    'npx daybook chains list',
    "npx daybook chains list --json | jq '.chains[] | {chain, problems, warnings}'",
  ).action((options) =>
    operate(options, async ({ api }) => {
      const { data } = await api.get<List<json.ChainWatch>>(CHAINS);
      const text = () => watchList(data, Date.now()) || 'No chain is watched.';
      return answerOf(data, text);
    }),
  );

  subcommand(
    chains,
    'show',
    'Show all of the watch of a chain: providers, reorgs, rescans, gap check, quarantine.',
    'npx daybook chains show eip155:1',
    "npx daybook chains show tron:728126428 --json | jq '.chains[0].watch.providers'",
  )
    .argument('<chain>', 'a CAIP-2 id, as "chains list" shows it')
    .addHelpText('after', SHOW_HELP)
    .action((chain, options) =>
      operate(options, async ({ api }) => {
        const query = new URLSearchParams({ chain });
        const { data } = await api.get<List<json.ChainWatch>>(`${CHAINS}?${query}`);
        return answerOf(data, () => data.map((it) => watchPage(it, Date.now())).join('\n\n'));
      }),
    );
}

function answerOf(chains: readonly json.ChainWatch[], text: () => string): Answer {
  const isWell = chains.every(({ problems }) => problems.length === 0);
  return { json: { chains }, text, exitCode: isWell ? EXIT.ok : EXIT.failed };
}
