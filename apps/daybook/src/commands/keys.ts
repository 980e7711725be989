import { type Command, Option } from 'commander';
import { listOf, moment, name, uuid } from '../cli/arguments';
import { dataOption, examples, jsonOption } from '../cli/command';

const load = () => require('../keys/keys') as typeof import('../keys/keys');

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Give, show and take back API keys.');

  const create = keys
    .command('create')
    .description('Make an API key. It is shown once; only its hash is stored.')
    .addOption(
      new Option('--scopes <list>', 'what it may do: read, write')
        .argParser(listOf(['read', 'write']))
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'what its owner calls it', name)
    .option('--expires <moment>', 'when it ends; it lasts when left out', moment)
    .option('--account <id>', 'whose it is (default: the default account)', uuid)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().createKey(options));
  examples(
    create,
    'npx daybook keys create --scopes read,write',
    'KEY=$(npx daybook keys create --scopes read --name reports --expires 2027-01-01)',
  );

  const list = keys
    .command('list')
    .description('Show every key that there ever was, never the keys themselves.')
    .option('--account <id>', 'only those of this account', uuid)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().showKeys(options));
  examples(
    list,
    'npx daybook keys list',
    `npx daybook keys list --json | jq -r '.keys[] | select(.status == "active") | .keyId'`,
  );

  const revoke = keys
    .command('revoke')
    .description(
      'Take a key back for ever. It opens nothing in a moment; repeating changes nothing.',
    )
    .argument('<key id>', 'the part between the underscores, or the whole key')
    .option('--reason <text>', 'kept as evidence', name)
    .option('--account <id>', 'whose it is (default: the account that has it)', uuid)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((keyId, options) => load().takeBackKey(keyId, options));
  examples(revoke, 'npx daybook keys revoke 3f9k2m1x --reason "laptop stolen"');
}
