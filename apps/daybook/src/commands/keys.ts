import { type Command, Option } from 'commander';
import { scopeWords } from '../../../ledger/src/edge/scopes';
import { listOf, moment, name, uuid } from '../cli/arguments';
import { dataOption, examples, jsonOption, reasonOption } from '../cli/command';

const load = () => require('../keys/keys') as typeof import('../keys/keys');

const SCOPES = [...new Set([...scopeWords('account'), ...scopeWords('operator')])];
const OPERATOR_HELP = 'the name of an operator whose key is meant; needs no running ledger';

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Issue, list and revoke keys.');

  const create = keys
    .command('create')
    .description('Issue a key. It is shown once; only its hash is stored.')
    .addOption(
      new Option('--scopes <list>', 'what it may do: read, write, or scopes such as purses:read')
        .argParser(listOf(SCOPES))
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'what its owner calls it', name)
    .option('--expires <moment>', 'when it ends; it lasts when left out', moment)
    .option('--account <id>', 'whose it is (default: the default account)', uuid)
    .option('--operator <name>', OPERATOR_HELP, name)
    .addOption(reasonOption())
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((options) => load().createKey(options));
  examples(
    create,
    'npx daybook keys create --scopes read,write',
    'KEY=$(npx daybook keys create --scopes read --name reports --expires 2027-01-01)',
    'npx daybook keys create --operator "Night shift" --scopes read',
  );

  const list = keys
    .command('list')
    .description('List every key that was ever issued, never the keys themselves.')
    .option('--account <id>', 'only those of this account', uuid)
    .option('--operator <name>', OPERATOR_HELP, name)
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
    .description('Revoke a key for ever. It opens nothing in a moment; repeating changes nothing.')
    .argument('<key id>', 'the part between the underscores, or the whole key')
    .addOption(reasonOption())
    .option('--account <id>', 'whose it is (default: the account that has it)', uuid)
    .option('--operator <name>', OPERATOR_HELP, name)
    .addOption(jsonOption())
    .addOption(dataOption())
    .action((keyId, options) => load().revokeKey(keyId, options));
  examples(revoke, 'npx daybook keys revoke 3f9k2m1x --reason "laptop stolen"');
}
