import type { Command } from '@commander-js/extra-typings';
import { subcommand } from '../cli/options';

export function addVault(program: Command): void {
  const vault = program
    .command('vault')
    .description('Keep the keys under which the personal data of customers is sealed.');

  subcommand(
    vault,
    'rotate',
    'Store the keys of all customers under the newest master key.',
    'npx daybook vault rotate',
    'DAYBOOK_VAULT_KEYS=2:<new key>,1:<old key> npx daybook vault rotate',
  )
    .addHelpText(
      'after',
      `
In a data folder, while no service runs on it, it makes the new master key and takes the old one away. On a cluster, put the
new version in front in DAYBOOK_VAULT_KEYS of every process and restart them; then run this with the same variable, while the
services run; then take the old version away. Interrupted, it is run again.`,
    )
    .action((options) => {
      const { rotate } = require('../vault/rotate') as typeof import('../vault/rotate');
      return rotate(options);
    });

  subcommand(
    vault,
    'export',
    'Write the keys of all customers and the list of erasures to a new file, under a passphrase.',
    'DAYBOOK_VAULT_PASSPHRASE=... npx daybook vault export vault.export',
  )
    .argument('<file>', 'the file, which must not exist')
    .action((file, options) => {
      const { exportVault } = require('../vault/export') as typeof import('../vault/export');
      return exportVault(file, options);
    });

  subcommand(
    vault,
    'import',
    'Add what an export has and the vault has not. Nobody who was erased comes back.',
    'DAYBOOK_VAULT_PASSPHRASE=... npx daybook vault import vault.export',
  )
    .argument('<file>', 'the file of an export')
    .addHelpText(
      'after',
      `
The keys are stored under the master key of this installation, so the one of the other is not needed. Restart the ledger
afterwards: at its start it erases in the event log who is on the list.`,
    )
    .action((file, options) => {
      const { importVault } = require('../vault/import') as typeof import('../vault/import');
      return importVault(file, options);
    });
}
