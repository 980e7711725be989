import { EXIT, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson, table } from '../cli/output';
import { accountOwner, accountOwners, type KeyOwner, operatorOwner } from './key-owner';

interface KeysOptions extends PlaceOptions {
  readonly account?: string;
  /** The name of an operator, whose keys are meant. */
  readonly operator?: string;
  readonly json: boolean;
}

export interface CreateKeyOptions extends KeysOptions {
  readonly scopes: readonly string[];
  readonly name?: string;
  readonly expires?: Date;
  readonly reason: string;
}

/** Issues a key and shows it, this once. */
export function createKey(options: CreateKeyOptions): Promise<void> {
  const { json, scopes, name, expires, reason } = options;
  return operateOnKeys(options, async (operation) => {
    if (expires !== undefined && expires.getTime() <= Date.now()) {
      throw new Failure('--expires lies in the past; name a moment to come.', EXIT.usage);
    }
    const owner =
      options.operator === undefined
        ? accountOwner(operation, options.account)
        : operatorOwner(operation, options.operator);
    const { accountId, operator } = owner;
    const { key, keyId, position } = await owner.issue({
      ...{ scopes, reason },
      ...(name !== undefined && { name }),
      ...(expires !== undefined && { expiresAt: expires.toISOString() }),
    });
    if (json) {
      const asked = { accountId, operator, scopes, name: name ?? null, expiresAt: expires ?? null };
      sayJson({ key, keyId, position, ...asked });
      return;
    }
    say(key);
    const ends =
      expires === undefined
        ? 'It lasts until it is revoked'
        : `It ends at ${expires.toISOString()}`;
    remark(`Key ${keyId} of ${titleOf(owner)} may ${scopes.join(' and ')}. ${ends}.`);
    remark('Keep it now: it is shown once, and only its hash is stored.');
  });
}

/** Shows every key that was ever issued, never the keys themselves. */
export function showKeys(options: KeysOptions): Promise<void> {
  return operateOnKeys(options, async (operation) => {
    const keys = await keysOf(await ownersFor(operation, options));
    if (options.json) {
      sayJson({
        keys: keys.map(({ owner: { accountId, operator }, key }) => ({
          accountId,
          operator,
          ...key,
        })),
      });
      return;
    }
    const rows = keys.map(({ owner, key }) => [
      key.keyId,
      key.name ?? '',
      key.scopes.join(','),
      key.status,
      key.issuedAt,
      key.revokedAt ?? key.expiresAt ?? '',
      key.reason ?? '',
      owner.accountId ?? owner.operator ?? '',
    ]);
    const ends = options.operator === undefined ? 'account' : 'operator';
    const head = ['key id', 'name', 'scopes', 'status', 'issued', 'ended or ends', 'reason', ends];
    say(table(head, rows));
  });
}

export interface RevokeKeyOptions extends KeysOptions {
  readonly reason: string;
}

/** Revokes a key for ever. Repeating it changes nothing. */
export function revokeKey(given: string, options: RevokeKeyOptions): Promise<void> {
  return operateOnKeys(options, async (operation) => {
    // A whole key is named by its public part; the secret goes no further.
    const keyId = /^db[ko]_([0-9A-Za-z]{8})_/.exec(given)?.[1] ?? given;
    const owners = await ownersFor(operation, options);
    const known = (await keysOf(owners)).find(({ key }) => key.keyId === keyId);
    // A key that nobody has is refused by the first owner.
    const owner = known?.owner ?? (owners[0] as KeyOwner);
    const position = await owner.revoke(keyId, options.reason);
    const changed = known?.key.status !== 'revoked';
    const { accountId, operator } = owner;
    if (options.json) sayJson({ keyId, accountId, operator, changed, position });
    else
      say(
        changed
          ? `Key ${keyId} is revoked. It opens nothing in a moment.`
          : `Key ${keyId} was revoked before; nothing changed.`,
      );
  });
}

/** Keys of accounts are the ledger's to issue; those of operators need no running ledger. */
function operateOnKeys(
  options: KeysOptions,
  work: (operation: Operation) => Promise<void>,
): Promise<void> {
  if (options.operator !== undefined && options.account !== undefined) {
    throw new Failure('Name an account or an operator, not both.', EXIT.usage);
  }
  const needs = { database: options.operator !== undefined };
  const all = async (operation: Operation) => {
    await work(operation);
    return undefined;
  };
  return operate(options, all, needs);
}

async function ownersFor(
  operation: Operation,
  { account, operator }: KeysOptions,
): Promise<readonly KeyOwner[]> {
  return operator === undefined
    ? accountOwners(operation, account)
    : [operatorOwner(operation, operator)];
}

/** The keys that they ever had, in the order of issue. */
async function keysOf(owners: readonly KeyOwner[]) {
  const ofOwners = owners.map(async (owner) => {
    return (await owner.list()).map((key) => ({ owner, key }));
  });
  return (await Promise.all(ofOwners)).flat();
}

function titleOf({ accountId, operator }: KeyOwner): string {
  return operator === null ? `account ${accountId}` : `operator ${operator}`;
}
