import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import type { List } from '../cli/ledger-api';
import { operate } from '../cli/operate';
import { reasonOption, subcommand } from '../cli/options';
import { recordTable } from '../cli/output';

export const PARKED_KEYS = '/v1/operations/parked-keys';

export function addParked(program: Command): void {
  const parked = program
    .command('parked')
    .description(
      'List and retry parked keys: keys whose messages wait because one cannot be handled.',
    );

  subcommand(
    parked,
    'list',
    'List the parked keys with their reasons.',
    'npx daybook parked list',
    "npx daybook parked list --json | jq '.parked[].reason'",
  ).action((options) =>
    operate(options, async ({ api }) => {
      const { data: parked } = await api.get<List<json.ParkedKey>>(PARKED_KEYS);
      const text = () => recordTable(parked) || 'No key is parked.';
      return { json: { parked }, text };
    }),
  );

  subcommand(
    parked,
    'retry',
    'Request that a consumer group retries the messages of a parked key, in order.',
    "npx daybook parked retry daybook.transfer.v1 ledger 'eip155:1|0xf39f...'",
  )
    .argument('<topic>', 'such as daybook.transfer.v1')
    .argument('<group>', 'such as ledger')
    .argument('<key>', 'as "parked list" shows it')
    .addOption(reasonOption())
    .action((topic, group, key, { reason, ...options }) =>
      operate(options, async ({ api }) => {
        await api.post(`${PARKED_KEYS}/retry`, { topic, group, key, reason });
        const text = `${group} retries ${key}. "npx daybook parked list" shows whether it succeeded.`;
        return { json: { topic, group, key, asked: true }, text: () => text };
      }),
    );
}
