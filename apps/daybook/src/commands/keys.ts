import { type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { OVERLAP_SECONDS_MAX } from '@daybook/domain';
import type { IssueAccountKeyRequest } from '../../../ledger/src/edge/keys.dto';
import { scopeWords } from '../../../ledger/src/edge/scopes';
import { EXIT, Failure } from '../cli/exit-codes';
import { type LedgerApi, wholeList } from '../cli/ledger-api';
import { operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { listOf, moment, name, reasonOption, subcommand, uuid, wholeNumber } from '../cli/options';
import { recordTable, remark } from '../cli/output';

const SCOPES = [...new Set([...scopeWords('account'), ...scopeWords('operator')])];

const operatorOption = () =>
  new Option('--operator <name>', 'an operator instead of an account; needs no running ledger')
    .argParser(name)
    .conflicts('account');
const accountOption = (description: string) =>
  new Option('--account <id>', description).argParser(uuid);

const KEY_ID_HELP = 'the part between the underscores, or the whole key';
/** The secret of a whole key is not sent anywhere. */
const keyIdIn = (given: string) => /^db[ko]_([0-9A-Za-z]{8})_/.exec(given)?.[1] ?? given;

/** An account or an operator, and its keys. */
interface KeyOwner {
  /** Null for an operator. */
  readonly accountId: string | null;
  /** The name of the operator; null for an account. */
  readonly operator: string | null;
  list(): Promise<readonly json.ApiKey[]>;
  issue(request: IssueAccountKeyRequest): Promise<Positioned<json.IssuedApiKey>>;
  revoke(keyId: string, reason: string): Promise<Positioned<Pick<json.RevokedApiKey, 'inEffect'>>>;
}

type Positioned<Resource> = Resource & { readonly position: string };

/** The owner that a command names. */
interface Named {
  readonly account?: string | undefined;
  readonly operator?: string | undefined;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Issue, list, rotate and revoke keys.');
  addCreate(keys);
  addList(keys);
  addRotate(keys);
  addRevoke(keys);
}

function addCreate(keys: Command): void {
  subcommand(
    keys,
    'create',
    'Issue a key. It is shown once; only its hash is stored.',
    'npx daybook keys create --scopes read,write',
    'KEY=$(npx daybook keys create --scopes read --name reports --expires 2027-01-01)',
    'npx daybook keys create --scopes read,write,account:admin --person "Ann Example"',
    'npx daybook keys create --operator "Night shift" --scopes read',
  )
    .addOption(
      new Option(
        '--scopes <list>',
        'read, write, account:admin, or single scopes such as purses:read',
      )
        .argParser(listOf(SCOPES))
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'a name for the key', name)
    .addOption(
      new Option('--person <name>', 'who holds the key; needed with account:admin')
        .argParser(name)
        .conflicts('operator'),
    )
    .option('--expires <time>', 'when the key expires (default: never)', moment)
    .addOption(accountOption('the owner of the key (default: the default account)'))
    .addOption(operatorOption())
    .addOption(reasonOption())
    .action(({ scopes, name, person, expires, reason, ...options }) =>
      operate(options, async (operation) => {
        if (expires !== undefined && expires.getTime() <= Date.now()) {
          throw new Failure('--expires lies in the past. Name a time in the future.', EXIT.usage);
        }
        const owner = await ownerOf(operation, options);
        const { accountId, operator } = owner;
        const { key, keyId, position } = await owner.issue({
          ...{ scopes, reason },
          ...(name !== undefined && { name }),
          ...(person !== undefined && { person }),
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
        const request = { accountId, operator, scopes, name: name ?? null, person: person ?? null };
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

function addRotate(keys: Command): void {
  subcommand(
    keys,
    'rotate',
    'Replace a key of an account by a new one with the same scopes, name and person.',
    'npx daybook keys rotate 3f9k2m1x --overlap 86400 --reason "the yearly rotation"',
    'KEY=$(npx daybook keys rotate 3f9k2m1x --overlap 0 --reason "laptop stolen")',
  )
    .argument('<key id>', KEY_ID_HELP)
    .addOption(
      new Option(
        '--overlap <seconds>',
        'for how long both keys are valid; 0 ends the old one at once',
      )
        .argParser(wholeNumber(0, OVERLAP_SECONDS_MAX))
        .makeOptionMandatory(),
    )
    .option('--expires <time>', 'when the new key expires (default: as the old one)', moment)
    .addOption(reasonOption())
    .addOption(accountOption('the owner of the key (default: the account that has it)'))
    .action((given, { overlap, expires, reason, ...options }) =>
      operate(options, async (operation) => {
        const keyId = keyIdIn(given);
        const { owner } = await ownerOfKey(operation, options, keyId);
        const path = `/v1/accounts/${owner.accountId}/keys/${encodeURIComponent(keyId)}/rotate`;
        const body = { overlapSeconds: overlap, expiresAt: expires?.toISOString(), reason };
        const rotated = await operation.api.post<Positioned<json.RotatedApiKey>>(path, body);
        const { key, keyId: newKeyId, inEffect, position } = rotated;
        if (key === null) throw new Error('The ledger issued a key without showing it.');
        if (!options.json) {
          const end = overlap === 0 ? endText(inEffect) : `is valid for another ${overlap} s`;
          remark(`Key ${newKeyId} replaces ${keyId}, which ${end}.`);
          remark('Store it now: it is shown once, and only its hash is kept.');
        }
        const { accountId } = owner;
        const answer = { key, keyId: newKeyId, replacesKeyId: keyId, accountId };
        return { json: { ...answer, inEffect, position }, text: () => key };
      }),
    );
}

function endText(inEffect: boolean): string {
  return inEffect
    ? 'nothing accepts any more'
    : 'is revoked, and not accepted any more when the read models are up to date';
}

function addRevoke(keys: Command): void {
  subcommand(
    keys,
    'revoke',
    'Revoke a key for good.',
    'npx daybook keys revoke 3f9k2m1x --reason "laptop stolen"',
  )
    .argument('<key id>', KEY_ID_HELP)
    .addOption(reasonOption())
    .addOption(accountOption('the owner of the key (default: the account that has it)'))
    .addOption(operatorOption())
    .action((given, { reason, ...options }) =>
      operate(options, async (operation) => {
        const keyId = keyIdIn(given);
        const { owner, key } = await ownerOfKey(operation, options, keyId);
        const { position, inEffect } = await owner.revoke(keyId, reason);
        const changed = key?.status !== 'revoked';
        const text = changed
          ? `Key ${keyId} ${inEffect ? 'is revoked: nothing accepts it any more' : endText(false)}.`
          : `Key ${keyId} was revoked before; nothing changed.`;
        const { accountId, operator } = owner;
        const answer = { keyId, accountId, operator, changed, inEffect, position };
        return { json: answer, text: () => text };
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
  const data = await wholeList<{ readonly id: string }>(operation.api, '/v1/accounts');
  const others = data.filter(({ id }) => id !== first.accountId);
  return [first, ...others.map(({ id }) => accountOwner(operation.api, id))];
}

/** The owner of a key with the key; the first of the owners, who refuses it, if nobody has it. */
async function ownerOfKey(operation: Operation, named: Named, keyId: string) {
  const owners = await ownersOf(operation, named);
  const known = (await keysOf(owners)).find(({ key }) => key.keyId === keyId);
  return known ?? { owner: owners[0] as KeyOwner, key: null };
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
    list: () => wholeList<json.ApiKey>(api, keys),
    issue: (request) => api.post(keys, request),
    revoke: (keyId, reason) => api.post(`${keys}/${encodeURIComponent(keyId)}/revoke`, { reason }),
  };
}
