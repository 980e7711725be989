import { randomUUID } from 'node:crypto';
import { account, SCHEMA_VERSIONS, streamName } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { type AuditLedger, freshAuditLedger, tellHistory } from '../../test/audit-history';
import { compareWithLog } from './log-comparison';

let ledger: AuditLedger;
let accountId: string;
let operatorId: string;

/** Issues a key in the log, whatever the decider would say. */
async function issue(
  kind: 'account' | 'operator',
  owner: string,
  keyId: string,
  keyHash = 'aa',
): Promise<void> {
  const stream = streamName(kind, owner);
  const history = await ledger.store.readStream(stream);
  const type = kind === 'account' ? 'ApiKeyIssued' : 'OperatorKeyIssued';
  const data = {
    keyId,
    keyHash,
    name: null,
    scopes: ['read'],
    expiresAt: '2030-01-01T00:00:00Z',
  };
  const metadata = {
    schemaVersion: SCHEMA_VERSIONS[type],
    accountId: owner,
    actor: 'system',
    commandId: randomUUID(),
  };
  await ledger.store.append({
    ...{ stream, expected: BigInt(history.length - 1) },
    events: [{ id: randomUUID(), type, data, metadata }],
  });
}

beforeAll(async () => {
  ledger = await freshAuditLedger();
  await tellHistory(ledger.store, 23, 300);
  await ledger.project();
  const [first] = await ledger.sql<{ id: string }>('SELECT id FROM ledger.account');
  const second = { id: randomUUID() };
  await decideAndAppend(ledger.store, {
    ...{ stream: streamName('account', second.id), decider: account, commandId: randomUUID() },
    command: { type: 'OpenAccount', name: 'second', policy: {} },
    metadata: { accountId: second.id, actor: 'system' },
  });
  const [someone] = await ledger.sql<{ id: string }>('SELECT id FROM ledger.operator');
  [accountId, operatorId] = [first?.id as string, someone?.id as string];
  await issue('account', accountId, 'testkey1');
  await issue('operator', operatorId, 'testkey2');
  await issue('account', accountId, 'testkey3');
  // The first owner in the log keeps a key; another key with the same id is another row.
  await issue('account', second.id, 'testkey1');
  await issue('account', second.id, 'testkey3', 'bb');
  await ledger.project();
});
afterAll(() => ledger.close());

/** What one sweep of all tables finds, and the step after it, which confirms what is found last. */
async function found(): Promise<readonly string[]> {
  const comparison = compareWithLog(ledger.store, (sql, values) =>
    ledger.dataSource.query(sql, values),
  );
  const subjects = new Set<string>();
  let isEnd = false;
  for (let last = false; !last; ) {
    last = isEnd;
    const step = await comparison.step();
    isEnd ||= step.isEnd;
    for (const { invariant, subject, detail } of step.violations) {
      expect(invariant).toBe('rows-follow-the-log');
      subjects.add(`${subject} ${detail}`);
    }
  }
  return [...subjects];
}

const ONE_PURSE =
  'id = (SELECT id FROM ledger.purse WHERE address IS NOT NULL ORDER BY id DESC LIMIT 1)';

describe('comparing rows with the event log', () => {
  it('finds nothing where rows are as the log says', async () => {
    expect(await found()).toEqual([]);
  });

  it('holds no event against the rows before the projector has read it', async () => {
    await issue('account', accountId, 'testkey4');
    expect(await found()).toEqual([]);
    await ledger.project();
    expect(await found()).toEqual([]);
  });

  it.each([
    [
      'a key of an account',
      'api_key',
      `INSERT INTO ledger.api_key (key_id, account_id, key_hash, scopes)
      SELECT 'forged01', account_id, '00', '{write}' FROM ledger.api_key LIMIT 1`,
      'forged01 does not follow',
    ],
    [
      'a key of nobody',
      'api_key',
      `INSERT INTO ledger.api_key (key_id, account_id, key_hash, scopes)
      VALUES ('forged02', gen_random_uuid(), '00', '{write}')`,
      'forged02 does not follow',
    ],
    [
      'another hash',
      'api_key',
      "UPDATE ledger.api_key SET key_hash = '00' WHERE key_id = 'testkey1'",
      'testkey1 differs in key_hash',
    ],
    [
      'more scopes',
      'api_key',
      "UPDATE ledger.api_key SET scopes = '{read,write}' WHERE key_id = 'testkey1'",
      'testkey1 differs in scopes',
    ],
    [
      'a longer life',
      'api_key',
      "UPDATE ledger.api_key SET expires_at = NULL WHERE key_id = 'testkey1'",
      'testkey1 differs in expires_at',
    ],
    [
      'another account',
      'api_key',
      "UPDATE ledger.api_key SET account_id = gen_random_uuid() WHERE key_id = 'testkey3'",
      'testkey3 does not follow',
    ],
    [
      'a revocation',
      'api_key',
      "UPDATE ledger.api_key SET revoked = true WHERE key_id = 'testkey1'",
      'testkey1 differs in revoked',
    ],
    [
      'the loss of a key',
      'api_key',
      "DELETE FROM ledger.api_key WHERE key_id = 'testkey3'",
      'testkey3 is missing',
    ],
    [
      'the loss of a key whose id another account has too',
      'api_key',
      "DELETE FROM ledger.api_key WHERE key_id = 'testkey3' AND key_hash = 'bb'",
      'testkey3 is missing',
    ],
    [
      'a key of an operator',
      'operator_key',
      `INSERT INTO ledger.operator_key (key_id, operator_id, key_hash, scopes, revoked)
      SELECT 'forged03', id, '00', '{write}', false FROM ledger.operator LIMIT 1`,
      'forged03 does not follow',
    ],
    [
      'more scopes of an operator',
      'operator_key',
      "UPDATE ledger.operator_key SET scopes = '{write}' WHERE key_id = 'testkey2'",
      'testkey2 differs in scopes',
    ],
    [
      'another customer',
      'purse',
      `UPDATE ledger.purse SET customer_id = account_id WHERE ${ONE_PURSE}`,
      'differs in customer_id',
    ],
    [
      'another address',
      'purse',
      `UPDATE ledger.purse SET address = 'x' WHERE ${ONE_PURSE}`,
      'differs in address',
    ],
    [
      'another status',
      'purse',
      `UPDATE ledger.purse SET status = CASE status WHEN 'declined' THEN 'active' ELSE 'declined' END WHERE ${ONE_PURSE}`,
      'differs in status',
    ],
    [
      'a purse',
      'purse',
      `INSERT INTO ledger.purse (id, account_id, customer_id, family, address, status, minted_at, first_position)
      SELECT gen_random_uuid(), account_id, customer_id, family, 'forged', status, minted_at, first_position
        FROM ledger.purse LIMIT 1`,
      'does not follow',
    ],
    [
      'a branch',
      'address_branch',
      'INSERT INTO ledger.address_branch VALUES (2000000000, now(), 1)',
      '2000000000 does not follow',
    ],
    [
      'the time of a branch',
      'address_branch',
      "UPDATE ledger.address_branch SET opened_at = opened_at - interval '1 day'",
      'differs in opened_at',
    ],
    [
      'an asset',
      'asset',
      "INSERT INTO ledger.asset VALUES ('eip155:1/erc20:0x00', 'FORGED', 6, 1)",
      'eip155:1/erc20:0x00 does not follow',
    ],
    [
      'other decimals',
      'asset',
      "UPDATE ledger.asset SET decimals = 8 WHERE id = 'eip155:1/slip44:60'",
      'eip155:1/slip44:60 differs in decimals',
    ],
    [
      'another name',
      'asset',
      "UPDATE ledger.asset SET currency = 'OTHER' WHERE id = 'eip155:1/slip44:60'",
      'eip155:1/slip44:60 differs in currency',
    ],
  ] as const)('finds %s in %s that the log does not have', async (_, table, change, detail) => {
    await ledger.sql(`CREATE TABLE kept AS TABLE ledger.${table}`);
    await ledger.sql(change);
    expect(await found()).toEqual(expect.arrayContaining([expect.stringContaining(detail)]));
    await ledger.sql(`DELETE FROM ledger.${table}`);
    await ledger.sql(`INSERT INTO ledger.${table} TABLE kept`);
    await ledger.sql('DROP TABLE kept');
    expect(await found()).toEqual([]);
  });
});
