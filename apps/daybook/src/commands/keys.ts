import { type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import type { IssueKeyRequest } from '../../../ledger/src/edge/keys.dto';
import { scopeWords } from '../../../ledger/src/edge/scopes';
import { EXIT, Failure } from '../cli/exit-codes';
import type { LedgerApi, List } from '../cli/ledger-api';
import { operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { listOf, moment, name, reasonOption, subcommand, uuid } from '../cli/options';
import { recordTable, remark } from '../cli/output';

const SCOPES = [...new Set([...scopeWords('account'), ...scopeWords('operator')])];

const operatorOption = () =>
  new Option('--operator <name>', 'an operator instead of an account; needs no running ledger')
    .argParser(name)
    .conflicts('account');
const accountOption = (description: string) =>
  new Option('--account <id>', description).argParser(uuid);

/** An account or an operator, and its keys. */
interface KeyOwner {
  /** Null for an operator. */
  readonly accountId: string | null;
  /** The name of the operator; null for an account. */
  readonly operator: string | null;
  list(): Promise<readonly json.ApiKey[]>;
  issue(
    request: IssueKeyRequest & { readonly scopes: readonly string[] },
  ): Promise<json.IssuedApiKey & { readonly position: string }>;
  revoke(keyId: string, reason: string): Promise<{ readonly position: string }>;
}

/** The owner that a command names. */
interface Named {
  readonly account?: string | undefined;
  readonly operator?: string | undefined;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Issue, list and revoke keys.');
  addCreate(keys);
  addList(keys);
  addRevoke(keys);
}

function addCreate(keys: Command): void {
  subcommand(
    keys,
    'create',
    'Issue a key. It is shown once; only its hash is stored.',
    'npx daybook keys create --scopes read,write',
    'KEY=$(npx daybook keys create --scopes read --name reports --expires 2027-01-01)',
    'npx daybook keys create --operator "Night shift" --scopes read',
  )
    .addOption(
      new Option('--scopes <list>', 'read, write, or single scopes such as purses:read')
        .argParser(listOf(SCOPES))
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'a name for the key', name)
    .option('--expires <time>', 'when the key expires (default: never)', moment)
    .addOption(accountOption('the owner of the key (default: the default account)'))
    .addOption(operatorOption())
    .addOption(reasonOption())
    .action(({ scopes, name, expires, reason, ...options }) =>
      operate(options, async (operation) => {
        if (expires !== undefined && expires.getTime() <= Date.now()) {
          throw new Failure('--expires lies in the past. Name a time in the future.', EXIT.usage);
        }
        const owner = await ownerOf(operation, options);
        const { accountId, operator } = owner;
        const { key, keyId, position } = await owner.issue({
          ...{ scopes, reason },
          ...(name !== undefined && { name }),
          ...(expires !== undefined && { expiresAt: expires.toISOString() }),
        });
        if (key === null) throw new Error('The ledger issued a key without showing it.');
        const title = operator === null ? `account ${accountId}` : `operator ${operator}`;
        const end =
          expires === undefined ? 'until it is revoked' : `until ${expires.toISOString()}`;
        if (!options.json) {
          remark(`Key ${keyId} of ${title} has the scopes ${scopes.join(' and ')}, ${end}.`);
          remark('Store it now: it is shown once, and only its hash is kept.');
        }
        const request = { accountId, operator, scopes, name: name ?? null };
        const json = { key, keyId, position, ...request, expiresAt: expires ?? null };
        return { json, text: () => key };
      }),
    );
}

function addList(keys: Command): void {
  subcommand(
    keys,
    'list',
    'List every key that was ever issued, without its secret.',
    'npx daybook keys list',
    `npx daybook keys list --json | jq -r '.keys[] | select(.status == "active") | .keyId'`,
  )
    .addOption(accountOption('only keys of this account'))
    .addOption(operatorOption())
    .action((options) =>
      operate(options, async (operation) => {
        const all = await keysOf(await ownersOf(operation, options));
        const keys = all.map(({ owner: { accountId, operator }, key }) => {
          const { keyId, name, scopes, status, ...dates } = key;
          return { keyId, name, scopes, status, ...dates, accountId, operator };
        });
        return { json: { keys }, text: () => recordTable(keys) };
      }),
    );
}

function addRevoke(keys: Command): void {
  subcommand(
    keys,
    'revoke',
    'Revoke a key for good. It stops working within moments.',
    'npx daybook keys revoke 3f9k2m1x --reason "laptop stolen"',
  )
    .argument('<key id>', 'the part between the underscores, or the whole key')
    .addOption(reasonOption())
    .addOption(accountOption('the owner of the key (default: the account that has it)'))
    .addOption(operatorOption())
    .action((given, { reason, ...options }) =>
      operate(options, async (operation) => {
        // The secret of a whole key is not sent anywhere.
        const keyId = /^db[ko]_([0-9A-Za-z]{8})_/.exec(given)?.[1] ?? given;
        const owners = await ownersOf(operation, options);
        const known = (await keysOf(owners)).find(({ key }) => key.keyId === keyId);
        // The first owner refuses a key that nobody has.
        const owner = known?.owner ?? (owners[0] as KeyOwner);
        const { position } = await owner.revoke(keyId, reason);
        const changed = known?.key.status !== 'revoked';
        const text = changed
          ? `Key ${keyId} is revoked and stops working within moments.`
          : `Key ${keyId} was revoked before; nothing changed.`;
        const { accountId, operator } = owner;
        return { json: { keyId, accountId, operator, changed, position }, text: () => text };
      }),
    );
}

/** The owner that the options name, else the default account. */
async function ownerOf(operation: Operation, { account, operator }: Named): Promise<KeyOwner> {
  if (operator !== undefined) {
    const { operatorOwner } =
      require('../keys/operator-keys') as typeof import('../keys/operator-keys');
    return operatorOwner(await operation.store(), operator);
  }
  return accountOwner(operation.api, account ?? operation.defaultAccountId);
}

/** The owner that the options name, else every account, the default account first. */
async function ownersOf(operation: Operation, named: Named): Promise<readonly KeyOwner[]> {
  const first = await ownerOf(operation, named);
  if (named.account !== undefined || named.operator !== undefined) return [first];
  const { data } = await operation.api.get<List<{ readonly id: string }>>('/v1/accounts');
  const others = data.filter(({ id }) => id !== first.accountId);
  return [first, ...others.map(({ id }) => accountOwner(operation.api, id))];
}

/** All keys of some owners, in the order of issue. */
async function keysOf(owners: readonly KeyOwner[]) {
  const ofOwners = owners.map(async (owner) => (await owner.list()).map((key) => ({ owner, key })));
  return (await Promise.all(ofOwners)).flat();
}

/** An account's keys, through the ledger. */
function accountOwner(api: LedgerApi, accountId: string): KeyOwner {
  const keys = `/v1/accounts/${accountId}/keys`;
  return {
    ...{ accountId, operator: null },
    list: async () => (await api.get<List<json.ApiKey>>(keys)).data,
    issue: (request) => api.post(keys, request),
    revoke: (keyId, reason) => api.post(`${keys}/${encodeURIComponent(keyId)}/revoke`, { reason }),
  };
}
