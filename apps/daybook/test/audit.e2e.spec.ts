import { randomUUID } from 'node:crypto';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { migrate as migrateWatcher } from '../../chain-watcher/src/migrate';
import { DEFAULT_ACCOUNT_ID } from '../../ledger/src/edge/identity';
import { answerOf } from '../testing/answers';
import { daybook, type Ended, type Running, spawnDaybook } from '../testing/command-line';

const CHAIN = 'eip155:31337';
const ETH = `${CHAIN}/slip44:60`;
const CUSTOMERS = 4;
const CONFIRMATIONS = 3;

let ledger: TestLedger;
let purses: { id: string; address: string }[];

beforeAll(async () => {
  const assets = [{ id: ETH, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' }];
  const chains = [{ id: CHAIN, rpcUrl: 'http://127.0.0.1:1', name: 'Local', assets }];
  ledger = await createLedgerForTest({ chains: { chains } });
  purses = [];
  for (let i = 0; i < CUSTOMERS; i++) {
    const body = { externalId: `customer-${i}`, families: ['evm'] };
    purses.push((await ledger.request('POST', '/v1/customers', { body })).body.purses[0]);
  }
  const block = { number: 1, hash: `0x${'b1'.repeat(32)}`, time: new Date().toISOString() };
  await ledger.publishTransfers(
    purses.map(({ address }, i) => {
      const txHash = `0x${String(i).repeat(64)}`;
      return {
        ...{ transferId: `${CHAIN}/${txHash}/value:0`, version: 1, status: 'final', chain: CHAIN },
        ...{ asset: ETH, amount: '1500000000000000000', from: `0x${'f'.repeat(40)}` },
        ...{ to: address.toLowerCase(), txHash, block },
        finality: { kind: 'depth', confirmations: CONFIRMATIONS },
      } as const;
    }),
  );
  await until(
    async () => {
      const { body } = await ledger.request('GET', '/v1/replenishments?status=CONFIRMED');
      return body.data.length === CUSTOMERS;
    },
    { description: 'the credits' },
  );
});
afterAll(() => ledger.close());

const place = () => ({
  DAYBOOK_DATABASE_URL: ledger.databaseUrl,
  DAYBOOK_MIGRATION_URL: ledger.databaseUrl,
  DAYBOOK_CHAINS_FILE: ledger.chainsFile,
});
const replay = (...args: string[]): Promise<Ended> => daybook(['replay', ...args], place());
const rebuild = (...args: string[]): Promise<Ended> => daybook(['rebuild', ...args], place());

/** A transfer in the record of the watcher. */
async function recordTransfer(transfer: {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly block: number | null;
}): Promise<void> {
  const { id, version, status, block } = transfer;
  const hash = block === null ? 'NULL' : `'0x${'b1'.repeat(32)}'`;
  const time = block === null ? 'NULL' : `'2026-01-01T00:00:00.000Z'`;
  await sql(`
    INSERT INTO watcher.transfer (transfer_id, version, status, chain, asset, amount, sender, recipient,
      tx_hash, block_number, block_hash, block_time)
    VALUES ('${id}', ${version}, '${status}', '${CHAIN}', '${ETH}', 1, '0xf', '0x1',
      '${id.split('/')[1]}', ${block}, ${hash}, ${time})`);
}

/** As the watcher stores it: a hash of zeros stands for no transaction, and is not in the id. */
function recordedId(i: number): string {
  return i === 0 ? `${CHAIN}/value:0` : `${CHAIN}/0x${String(i).repeat(64)}/value:0`;
}

/** What the ledger was told, as the watcher remembers it. */
async function recordAsPublished(): Promise<number> {
  for (let i = 0; i < CUSTOMERS; i++) {
    await recordTransfer({ id: recordedId(i), version: 1, status: 'final', block: 1 });
  }
  return CUSTOMERS;
}

async function sql(text: string): Promise<Record<string, string>[]> {
  const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows;
}

/** Makes the log longer than one page of a replay. */
async function lengthen(): Promise<void> {
  const { body } = await ledger.request('GET', '/v1/customers?externalId=customer-0');
  const stream = `customer-${body.data[0].id}`;
  const metadata = { schemaVersion: 1, accountId: DEFAULT_ACCOUNT_ID, actor: 'system' };
  for (let i = 0; i < 3; i++) {
    const events = Array.from({ length: 1_000 }, () => ({
      ...{ id: randomUUID(), type: 'CustomerUpdated', data: { description: 'again' } },
      metadata: { ...metadata, commandId: randomUUID() },
    }));
    const expected = (await ledger.store.readStream(stream)).at(-1)?.revision ?? 'no-stream';
    await ledger.store.append({ stream, expected, events });
  }
}

const schemas = async () =>
  (await sql(`SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'replay%'`)).map(
    ({ name = '' }) => name,
  );

/** A replay in a process of its own that has something to resume, and takes half a minute for the rest. */
async function startSlowly(): Promise<Running> {
  const running = spawnDaybook(['replay', '--events-per-second', '100'], place());
  await until(async () => (await schemas()).length > 0);
  return running;
}

async function killOne(): Promise<void> {
  const running = await startSlowly();
  running.kill('SIGKILL');
  await running.ended;
}

describe('replay', () => {
  it('derives balances and throughput from the log, as text, JSON and CSV', async () => {
    const page = await replay();
    expect([page.exitCode, page.stdout]).toEqual([0, expect.stringContaining('6 ETH_LOCAL')]);
    // By the log alone, as on an auditor's machine.
    const { DAYBOOK_CHAINS_FILE: _, ...without } = place();
    expect((await daybook(['replay'], without)).stdout).toContain('6 ETH_LOCAL');
    expect(page.stdout).toContain('All invariants of the books hold.');

    const json = await replay('--format', 'json');
    const report = answerOf('replay', json.stdout);
    expect(report.position).toBe(String(await ledger.store.head()));
    expect(report.purses).toHaveLength(CUSTOMERS);
    expect(report.figures[0].figures.received).toBe('6000000000000000000');

    const csv = await replay('--format', 'csv');
    const [head, ...lines] = csv.stdout.trimEnd().split('\n');
    expect(head).toBe(
      'record,asset,book,debits,credits,accountId,customerId,purseId,custody,claimCustomer,claimAccount,suspense,received,reversed,receipts,pendingCustomer,pendingAccount,other',
    );
    const amount = '6000000000000000000';
    expect(lines.filter((line) => line.startsWith('book,'))).toEqual([
      `book,${ETH},claim/customer,0,${amount},,,,,,,,,,,,,`,
      `book,${ETH},custody/purse,${amount},0,,,,,,,,,,,,,`,
    ]);
    expect(lines.filter((line) => line.startsWith('purse,'))).toHaveLength(CUSTOMERS);
    expect(csv.stderr).toContain(`position ${report.position}, state hash ${report.stateHash}`);
    expect(await sql(`SELECT FROM pg_namespace WHERE nspname LIKE 'replay%'`)).toEqual([]);
  });

  it('stops at a position or a time', async () => {
    const early = answerOf('replay', (await replay('--to', '3', '--format', 'json')).stdout);
    expect([early.position, early.purses]).toEqual(['3', []]);
    const { time } = early;
    const byTime = answerOf('replay', (await replay('--to', time, '--format', 'json')).stdout);
    expect([byTime.position, byTime.stateHash]).toEqual(['3', early.stateHash]);
    const memory = answerOf('replay', (await replay('--in-memory', '--json')).stdout);
    expect([memory.stateHash, memory.purses.length]).toEqual([null, CUSTOMERS]);
  });

  it('keeps its tables when asked to', async () => {
    const { schema } = answerOf('replay', (await replay('--keep', '--format', 'json')).stdout);
    expect(await sql(`SELECT FROM ${schema}.purse`)).toHaveLength(CUSTOMERS);
    const gone = await replay('--discard', schema.replace('replay_', ''));
    expect([gone.exitCode, await schemas()]).toEqual([0, []]);
  });

  it('is resumed after Ctrl-C or a kill, and not while it runs, which ends with another code than that of a difference', async () => {
    await lengthen();
    const running = await startSlowly();
    const [name = ''] = await schemas();
    const id = name.replace('replay_', '');
    const other = await replay('--compare', '--resume', id);
    expect([other.exitCode, other.stderr]).toEqual([4, expect.stringContaining('Another run')]);
    running.kill('SIGINT');
    const interrupted = await running.ended;
    expect([interrupted.exitCode, interrupted.stdout]).toEqual([130, '']);
    expect(interrupted.stderr).toContain(`--resume ${id}`);
    const resumed = await replay('--resume', id, '--format', 'json');
    const { position, stateHash } = answerOf('replay', resumed.stdout);
    expect(position).toBe(String(await ledger.store.head()));

    await killOne();
    const next = await replay('--format', 'json');
    const [, killed = ''] =
      /interrupted at position \d+\. .*--resume ([0-9a-f]+)/.exec(next.stderr) ?? [];
    const again = await replay('--resume', killed, '--format', 'json');
    expect(answerOf('replay', again.stdout).stateHash).toBe(stateHash);
    expect(await schemas()).toEqual([]);
  });

  it('of another version names --discard at once, and not --resume', async () => {
    await killOne();
    const [schema = ''] = await schemas();
    await sql(`ALTER TABLE ${schema}.customer RENAME COLUMN status TO state`);
    const discard = `--discard ${schema.replace('replay_', '')}`;
    const next = await replay('--format', 'json');
    const resumed = await replay('--resume', schema.replace('replay_', ''));
    expect([next.exitCode, resumed.exitCode]).toEqual([0, 2]);
    for (const { stderr } of [next, resumed]) {
      expect(stderr).toContain(discard);
      expect(stderr).not.toContain('--resume');
    }
    await replay(...discard.split(' '));
    expect(await schemas()).toEqual([]);
  });

  it.each<[string[], RegExp]>([
    [['--to', '999999999'], /log ends at/],
    [['--to', '2999-01-01'], /in the future/],
    [['--to', '0'], /begins at position 1/],
    [['--to', '2020-01-01'], /nothing was recorded/],
    [['--to', 'yesterday'], /position, such as 1234, or a time/],
    [['--to', '2026-02-30'], /position, such as 1234, or a time/],
    [['--resume', 'never'], /No run has left/],
    [['--discard', 'never'], /No run has left/],
    [['--discard', 'it', '--compare'], /stands alone/],
    [['--compare', '--to', '3'], /leave out --to/],
    [['--in-memory', '--keep'], /stands alone/],
    [['--format', 'xml'], /table, json, csv/],
    [['--resume', 'A B'], /1 to 40 of a-z/],
  ])('refuses %j and says what would be right', async (args, words) => {
    const { exitCode, stderr, stdout } = await replay(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
  });
});

describe('replay --compare and rebuild', () => {
  it('find, name and correct a row that was changed by hand, and roll back', async () => {
    const well = await replay('--compare', '--format', 'json');
    expect([well.exitCode, answerOf('compare', well.stdout).differences]).toEqual([0, []]);

    const { id } = purses[2] as { id: string };
    await sql(`UPDATE ledger.figures SET custody = 1 WHERE owner_id = '${id}'`);
    const found = await replay('--compare', '--format', 'json');
    const { differences } = answerOf('compare', found.stdout);
    expect(found.exitCode).toBe(1);
    expect(differences).toEqual([
      expect.objectContaining({ column: 'custody', expected: '1500000000000000000', found: '1' }),
    ]);
    const csv = (await replay('--compare', '--format', 'csv')).stdout.trimEnd().split('\n');
    expect([csv[0], csv.length]).toEqual(['readModel,table,row,kind,column,expected,found', 2]);
    expect((await replay('--compare')).stdout).toContain('daybook rebuild');

    const refused = await rebuild('all', '--json');
    const report = answerOf('rebuild', refused.stdout);
    expect([refused.exitCode, report.certificate.outcome]).toEqual([1, 'differs']);
    const mended = await rebuild('all', '--accept-differences');
    expect([mended.exitCode, mended.stdout]).toEqual([
      0,
      expect.stringContaining('new tables are live'),
    ]);
    expect((await replay('--compare')).exitCode).toBe(0);

    const back = await rebuild('--roll-back', '--json');
    expect(answerOf('roll-back', back.stdout).certificate.outcome).toBe('rolled-back');
    expect((await replay('--compare')).exitCode).toBe(1);
    expect((await rebuild('all', '--accept-differences')).exitCode).toBe(0);
  });

  it('name what the watchers published and the ledger lacks, with the command that heals it', async () => {
    await migrateWatcher(ledger.databaseUrl, 'postgres');
    const known = await recordAsPublished();
    const asked = await replay('--compare', '--watcher', '--format', 'json');
    expect([asked.exitCode, answerOf('compare', asked.stdout).watcher]).toEqual([
      0,
      { movements: known, lacking: [], omitted: 0, remedies: [] },
    ]);

    // One was never reported to the ledger, another was taken back by the chain since.
    const lost = `${CHAIN}/0x${'e'.repeat(64)}/value:0`;
    await recordTransfer({ id: lost, version: 7, status: 'final', block: 9 });
    const first = recordedId(0);
    await sql(
      `UPDATE watcher.transfer SET version = 5, status = 'reverted' WHERE transfer_id = '${first}'`,
    );
    // Not yet: it is in the outbox, it is too new, or no block ever included it.
    const waiting = `${CHAIN}/0x${'d'.repeat(64)}/value:0`;
    await recordTransfer({ id: waiting, version: 8, status: 'final', block: 10 });
    await sql(`INSERT INTO watcher.outbox (chain, id, key, value, headers)
               VALUES ('${CHAIN}', '${waiting}#8', 'k', '{}', '{}')`);
    const fresh = `${CHAIN}/0x${'c'.repeat(64)}/value:0`;
    await recordTransfer({ id: fresh, version: Date.now(), status: 'final', block: 11 });
    const seen = `${CHAIN}/0x${'b'.repeat(64)}/value:0`;
    await recordTransfer({ id: seen, version: 3, status: 'seen', block: null });

    const found = await replay('--compare', '--watcher', '--format', 'json');
    const { watcher, differences } = answerOf('compare', found.stdout);
    expect([found.exitCode, differences]).toEqual([1, []]);
    const about = { direction: 'in', chain: CHAIN };
    expect(watcher).toEqual({
      movements: CUSTOMERS + 1,
      lacking: [
        { ...about, id: lost, status: 'final', version: '7', block: '9', known: null },
        { ...about, id: first, status: 'reverted', version: '5', block: '1', known: '1' },
      ],
      omitted: 0,
      remedies: [
        `npx daybook watch rescan --chain ${CHAIN} --from 1 --to 9 --report-again --after-loss`,
      ],
    });
    const page = await replay('--compare', '--watcher');
    expect(page.stdout).toContain('The event log lacks 2 of 5 transfers and outflows');
    expect((await replay('--watcher')).stderr).toContain('together with --compare');

    // As many blocks as a rescan matches without --yes, and one more.
    for (const [block, yes] of [
      [10_000, ''],
      [10_001, ' --yes'],
    ] as const) {
      await sql(
        `UPDATE watcher.transfer SET block_number = ${block} WHERE transfer_id = '${lost}'`,
      );
      const far = await replay('--compare', '--watcher', '--format', 'json');
      expect(answerOf('compare', far.stdout).watcher?.remedies).toEqual([
        `npx daybook watch rescan --chain ${CHAIN} --from 1 --to ${block} --report-again --after-loss${yes}`,
      ]);
    }
  });

  it.each<[string[], RegExp]>([
    [[], /name a read model or "all"/],
    [['all', '--roll-back'], /--roll-back alone/],
    [['balance'], /There is no read model balance\. Choose all or/],
  ])('rebuild %j is refused and says what would be right', async (args, words) => {
    const { exitCode, stderr } = await rebuild(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(words);
  });

  it('says which permissions a rebuild needs', async () => {
    const { DAYBOOK_MIGRATION_URL: _, ...without } = place();
    const { exitCode, stderr } = await daybook(['rebuild', 'all'], without);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('DAYBOOK_MIGRATION_URL')]);
  });
});
