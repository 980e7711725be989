import { type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { FAMILIES } from '@daybook/domain';
import { operate } from '../cli/operate';
import {
  actReasonOption,
  count,
  index,
  moment,
  referenceOption,
  several,
  subcommand,
} from '../cli/options';

const XPUB_HELP = 'an account-level xpub, or "configured" for the one that the ledger mints with';

/** As wallets search by BIP-44. Purses that nobody pays are gaps, so larger ones are found with more. */
const GAP = 20;

export function addAddresses(program: Command): void {
  const addresses = program
    .command('addresses')
    .description('Derive and export purse addresses, and check whether an address is ours.');

  subcommand(
    addresses,
    'derive',
    'Print addresses of an extended public key. Needs no running service.',
    'npx daybook addresses derive --count 5',
    'npx daybook addresses derive --xpub xpub... --branch 239280003 --count 10 --json',
    'npx daybook addresses derive --family tron --xpub xpub...',
  )
    .addOption(
      new Option('--family <family>', 'the address family').choices(FAMILIES).default(FAMILIES[0]),
    )
    .option('--xpub <xpub>', XPUB_HELP, 'configured')
    .option('--branch <number>', 'the branch of the xpub', index, 0)
    .option('--from <index>', 'the first index', index, 0)
    .option('--count <number>', 'how many addresses', count, 1)
    .action((options) => {
      const { derive } = require('../addresses/derive') as typeof import('../addresses/derive');
      return derive(options);
    });

  subcommand(
    addresses,
    'export',
    'Write every address of the event log with its path below its xpub, as CSV, for those who sign. Needs no running service.',
    'npx daybook addresses export > addresses.csv',
    'npx daybook addresses export --family tron --json > addresses.jsonl',
  )
    .addOption(new Option('--family <family>', 'only this address family').choices(FAMILIES))
    .action((options) => {
      const { exportAddresses } =
        require('../addresses/export') as typeof import('../addresses/export');
      return exportAddresses(options);
    });

  subcommand(
    addresses,
    'scan',
    'Find addresses with funds or a history by the xpub and the chains alone, as when log and tables are lost. Needs no running service.',
    'npx daybook addresses scan --chains chains.json --xpub xpub... --from 2026-11-01 > found.csv',
    'npx daybook addresses scan --chains chains.json --xpub xpub... --known addresses.csv --from 2026-11-29T12:00:00Z',
    'npx daybook addresses scan --chains chains.json --xpub xpub... --branch 239280003 --gap 200 --json',
  )
    .addOption(new Option('--chains <file>', 'the chains file').env('DAYBOOK_CHAINS_FILE'))
    .option('--chain <id>', 'only this chain of the file; may be repeated', several)
    .option('--xpub <xpub>', `${XPUB_HELP}; may be repeated (default: configured)`, several)
    .option('--from <time>', 'search the branches that were opened from this time on', moment)
    .option('--to <time>', 'and up to this one (default: now)', moment)
    .option(
      '--known <file>',
      'search the branches of an export or of a scan; may be repeated',
      several,
    )
    .option(
      '--branch <number>',
      'search this branch; may be repeated',
      (text, before?: number[]) => [...(before ?? []), index(text)],
    )
    .option('--gap <number>', 'so many unused addresses in a row end a branch', count, GAP)
    .action((options) => {
      const { scan } = require('../addresses/scan') as typeof import('../addresses/scan');
      return scan(options);
    });

  subcommand(
    addresses,
    'assign',
    'Give a purse an address of its own that was given the address of another one.',
    'npx daybook addresses assign 9b8a7c6d-... --reason "a restored database gave it twice" --reference case-19',
  )
    .argument('<purse>', 'the id of the purse')
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .action((id, { reason, reference, ...options }) =>
      operate(options, async ({ api }) => {
        const act = { reason, reference };
        const purse = await api.post<json.Purse>(`/v1/operations/purses/${id}/address`, act);
        return { json: purse, text: () => `Purse ${id} has the address ${purse.address} now.` };
      }),
    );

  subcommand(
    addresses,
    'confirm-owner',
    'Confirm that a purse of which the event log lost the owner belongs to its customer.',
    'npx daybook addresses confirm-owner 9b8a7c6d-... --reason "the customer showed the page" --reference case-20',
  )
    .argument('<purse>', 'the id of the purse')
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .action((id, { reason, reference, ...options }) =>
      operate(options, async ({ api }) => {
        const act = { reason, reference };
        const purse = await api.post<json.Purse>(`/v1/operations/purses/${id}/owner`, act);
        return { json: purse, text: () => `Purse ${id} belongs to customer ${purse.customerId}.` };
      }),
    );

  const check = subcommand(
    addresses,
    'check',
    'Check whether an address is ours, by the event log and the xpub.',
    'npx daybook addresses check 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    'npx daybook addresses check --all',
    'npx daybook addresses check --all --xpub configured --xpub xpub... --json',
  )
    .argument('[address]', 'a deposit address')
    .option('--all', 'check the address of every purse instead')
    .option('--xpub <xpub>', `${XPUB_HELP}; may be repeated`, several);
  check.action((address, { all = false, ...options }) => {
    const { checkAll, checkOne } =
      require('../addresses/check') as typeof import('../addresses/check');
    if (all === (address !== undefined)) check.error('error: name one address, or give --all');
    return address === undefined ? checkAll(options) : checkOne(address, options);
  });
}
