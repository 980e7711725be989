import { FAMILIES } from '@daybook/domain';
import { type Command, Option } from 'commander';
import { count, index, several } from '../cli/arguments';
import { dataOption, examples, jsonOption } from '../cli/command';

const XPUB_HELP = 'an account-level xpub, or "configured" for the one that the ledger mints with';

export function addAddresses(program: Command): void {
  const addresses = program
    .command('addresses')
    .description('Derive purse addresses, and check whose an address is.');

  const derive = addresses
    .command('derive')
    .description('Write addresses of an extended public key. Needs no running service.')
    .addOption(
      new Option('--family <family>', 'the address family').choices(FAMILIES).default(FAMILIES[0]),
    )
    .option('--xpub <xpub>', XPUB_HELP, 'configured')
    .option('--from <index>', 'the first index', index, 0)
    .option('--count <number>', 'how many', count, 1)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => {
      const { derive } = require('../addresses/derive') as typeof import('../addresses/derive');
      return derive(options);
    });
  examples(
    derive,
    'npx daybook addresses derive --count 5',
    'npx daybook addresses derive --xpub xpub... --from 1000 --count 10 --json',
    'npx daybook addresses derive --family tron --xpub xpub...',
  );

  const check = addresses
    .command('check')
    .description('Say whether an address is one of ours, judged by the log and the xpub.')
    .argument('[address]', 'a deposit address')
    .option('--all', 'check every purse instead', false)
    .option('--xpub <xpub>', `${XPUB_HELP}; may be repeated`, several)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((address: string | undefined, options) => {
      const isOne = address !== undefined && !options.all;
      const isAll = address === undefined && options.all;
      if (!isOne && !isAll) check.error('error: name one address, or give --all');
      if (isAll) {
        const all = require('../addresses/check-all') as typeof import('../addresses/check-all');
        return all.checkAll(options);
      }
      const one = require('../addresses/check') as typeof import('../addresses/check');
      return one.check(address as string, options);
    });
  examples(
    check,
    'npx daybook addresses check 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    'npx daybook addresses check --all',
    'npx daybook addresses check --all --xpub configured --xpub xpub... --json',
  );
}
