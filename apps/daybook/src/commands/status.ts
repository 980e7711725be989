import type { Command } from 'commander';
import { dataOption, examples, jsonOption } from '../cli/command';

const load = () => require('../status/status') as typeof import('../status/status');

export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('Say how engines, read models, consumers and chains are doing.')
    .option('--watch', 'look again every two seconds', false)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().status(options));
  examples(
    command,
    'npx daybook status',
    'npx daybook status --watch',
    "npx daybook status --json | jq '.problems'",
    'DAYBOOK_DATABASE_URL=postgres://... DAYBOOK_LEDGER_URL=http://ledger:3000 npx daybook status',
  );
}
