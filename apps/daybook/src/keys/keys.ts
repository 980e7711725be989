import {
  IssueApiKey,
  IssueApiKeyHandler,
  ListApiKeys,
  ListApiKeysHandler,
  RevokeApiKey,
  RevokeApiKeyHandler,
} from '../../../ledger/src/accounts/api-keys';
import { DEFAULT_ACCOUNT_ID } from '../../../ledger/src/edge/identity';
import type { ApiKeyResponse } from '../../../ledger/src/edge/keys.dto';
import { type RequestContext, systemContext } from '../../../ledger/src/edge/request-context';
import { EXIT, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson, table } from '../cli/output';

export interface CreateKeyOptions extends PlaceOptions {
  readonly scopes: readonly string[];
  readonly account?: string;
  readonly name?: string;
  readonly expires?: Date;
  readonly json: boolean;
}

/** Makes a key and shows it, this once. */
export function createKey(options: CreateKeyOptions): Promise<void> {
  const { json, name = null, expires: expiresAt = null } = options;
  return operate(options, async ({ store }) => {
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
      throw new Failure('--expires lies in the past; name a moment to come.', EXIT.usage);
    }
    const accountId = options.account ?? DEFAULT_ACCOUNT_ID;
    const { scopes } = options;
    const command = new IssueApiKey(contextOf(accountId), {
      scopes,
      ...(name !== null && { name }),
      ...(expiresAt !== null && { expiresAt: expiresAt.toISOString() }),
    });
    const issued = await new IssueApiKeyHandler(await store()).execute(command);
    const { key, keyId } = issued.resource;
    if (key === null) throw new Error('A new key was issued without the key.');
    if (json) {
      sayJson({ key, keyId, position: issued.position, accountId, scopes, name, expiresAt });
      return undefined;
    }
    say(key);
    const ends =
      expiresAt === null ? 'It lasts until it is revoked' : `It ends at ${expiresAt.toISOString()}`;
    remark(`Key ${keyId} of account ${accountId} may ${scopes.join(' and ')}. ${ends}.`);
    remark('Keep it now: it is shown once, and only its hash is stored.');
    return undefined;
  });
}

export interface ListKeysOptions extends PlaceOptions {
  readonly account?: string;
  readonly json: boolean;
}

/** Shows every key that there ever was, never the keys themselves. */
export function showKeys(options: ListKeysOptions): Promise<void> {
  return operate(options, async (operation) => {
    const accounts = options.account ? [options.account] : await accountIds(operation);
    const keys = await keysOf(operation, accounts);
    if (options.json) {
      sayJson({ keys });
      return undefined;
    }
    const rows = keys.map((key) => [
      key.keyId,
      key.name ?? '',
      key.scopes.join(','),
      key.status,
      key.issuedAt,
      key.revokedAt ?? key.expiresAt ?? '',
      key.reason ?? '',
      key.accountId,
    ]);
    const head = [
      'key id',
      'name',
      'scopes',
      'status',
      'issued',
      'ended or ends',
      'reason',
      'account',
    ];
    say(table(head, rows));
    return undefined;
  });
}

export interface RevokeKeyOptions extends PlaceOptions {
  readonly account?: string;
  readonly reason?: string;
  readonly json: boolean;
}

/** Takes a key back for ever. Repeating it changes nothing. */
export function takeBackKey(given: string, options: RevokeKeyOptions): Promise<void> {
  return operate(options, async (operation) => {
    // A whole key is named by its public part; the secret goes no further.
    const keyId = /^dbk_([0-9A-Za-z]{8})_/.exec(given)?.[1] ?? given;
    const accountId = options.account ?? (await accountOf(operation, keyId));
    const command = new RevokeApiKey(contextOf(accountId), keyId, options.reason ?? null);
    const revoked = await new RevokeApiKeyHandler(await operation.store()).execute(command);
    const { position } = revoked;
    const changed = revoked.outcome !== 'unchanged';
    if (options.json) sayJson({ keyId, accountId, changed, position });
    else
      say(
        changed
          ? `Key ${keyId} is revoked. It opens nothing in a moment.`
          : `Key ${keyId} was revoked before; nothing changed.`,
      );
    return undefined;
  });
}

/** The account of a key: the default one for a key that nobody has, which then refuses. */
async function accountOf(operation: Operation, keyId: string): Promise<string> {
  const accounts = await accountIds(operation);
  const keys = await keysOf(operation, accounts);
  return keys.find((key) => key.keyId === keyId)?.accountId ?? DEFAULT_ACCOUNT_ID;
}

/** Who is named in the log when keys are managed from the command line. */
function contextOf(accountId: string): RequestContext {
  return { ...systemContext(accountId), actor: 'operator' };
}

/** The keys that these accounts ever had, in the order of issue. */
async function keysOf(
  { store }: Operation,
  accountIds: readonly string[],
): Promise<readonly (ApiKeyResponse & { readonly accountId: string })[]> {
  const handler = new ListApiKeysHandler(await store());
  const ofAccounts = accountIds.map(async (accountId) => {
    const keys = (await handler.execute(new ListApiKeys(accountId))) ?? [];
    return keys.map((key) => ({ accountId, ...key }));
  });
  return (await Promise.all(ofAccounts)).flat();
}

/** The accounts that the read models know, and the default one, which may be too young for that. */
async function accountIds({ query }: Operation): Promise<readonly string[]> {
  const rows = await query<{ id: string }>('SELECT id FROM ledger.account ORDER BY id');
  return [...new Set([DEFAULT_ACCOUNT_ID, ...rows.map(({ id }) => id)])];
}
