import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rebuild, replay } from '@daybook/audit';
import { type ChainHeadV1, TOPICS } from '@daybook/contracts';
import { eventStoreMigrations } from '@daybook/event-store';
import { messagingMigrations } from '@daybook/messaging';
import { surviveErrors, surviveLostConnections } from '@daybook/platform/plain';
import { Client } from 'pg';
import { goldenMessage } from '../../../libs/contracts/testing/golden';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { newApiKey } from '../../ledger/src/edge/api-key';
import { migrate } from '../../ledger/src/migrate';
import { AUDITED } from '../../ledger/src/operations/read-models';
import { answerOf } from '../testing/answers';
import { daybook, type Ended, spawnDaybook } from '../testing/command-line';

const CHAIN = 'eip155:31337';
const KEY = `${CHAIN}|0x8617e340b3d01fa5f11f306f4090fd50e238070d`;

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const place = (more = {}) => ({
  DAYBOOK_DATABASE_URL: ledger.databaseUrl,
  DAYBOOK_LEDGER_URL: ledger.url,
  DAYBOOK_OPERATOR_KEY: ledger.operatorKey,
  ...more,
});
const status = (more = {}): Promise<Ended> => daybook(['status', '--json'], place(more));
const parked = (...args: string[]): Promise<Ended> => daybook(['parked', ...args], place());
/** What the ledger says, for waiting: each process of the command line costs a second. */
const known = async (path: string) => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  return (await ledger.request('GET', `/v1/operations/${path}`, { headers })).body;
};
const head = (state: 'following' | 'stalled', observedAt: Date) => ({
  ...{ chain: CHAIN, latest: 12, matched: 11, finalized: null, state },
  detail: state === 'stalled' ? 'The node does not answer.' : null,
  observedAt: observedAt.toISOString(),
});

async function sql(text: string): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  await client.query(text);
  await client.end();
}

it('says that all is well, and where everything is', async () => {
  await ledger.publishChainHead(head('following', new Date()));
  await until(async () => {
    const { chains, followers } = await known('status');
    const isReadModels = ({ name }: { name: string }) => name === 'read-models';
    return chains.length === 1 && followers.find(isReadModels)?.lag === '0';
  });
  const report = answerOf('status', (await status()).stdout);
  expect(report).toMatchObject({
    ...{ state: 'ok', problems: [], services: { ledger: { status: 'ok' }, watcher: null } },
    chains: [{ chain: CHAIN, latest: '12', matched: '11', standsStill: false }],
    reactions: {
      clocksAgree: true,
      states: [
        { name: 'decline-purses', overdue: 0 },
        { name: 'expire-purses', overdue: 0 },
        { name: 'release-held', overdue: 0 },
        { name: 'screen-replenishments', overdue: 0 },
        { name: 'settle-replenishments', overdue: 0 },
      ],
    },
    differences: { findings: [], negativeClaims: 0 },
    books: { violationCount: 0 },
    clocks: { eventLogAheadMs: null, agree: true },
  });
  // Of the ledger's own tables, whatever the libraries migrated after them.
  const libraries: readonly string[] = [...eventStoreMigrations, ...messagingMigrations].map(
    (M) => new M().name,
  );
  const own = migrate.record.names.filter((name) => !libraries.includes(name));
  const timeIn = (name: string) => Number(/\d+$/.exec(name));
  const [newest] = own.toSorted((a, b) => timeIn(b) - timeIn(a));
  expect(report.versions.tables).toBe(newest);
  const readers = report.readers.map(({ name }: { name: string }) => name);
  expect(readers).toContain('read-models');
  expect(report.engines.eventLog.head).toBe(String(await ledger.store.head()));
  // A follower of some kinds of events says only from time to time how far there was nothing for it.
  const readModels = report.readers.find(({ name }: { name: string }) => name === 'read-models');
  expect(readModels).toMatchObject({ lag: '0', secondsSinceProgress: 0 });
  const groups = report.consumers.map(({ topic }: { topic: string }) => topic);
  expect(groups).toEqual(expect.arrayContaining([TOPICS.transfer, TOPICS.chainHead]));
  const page = await daybook(['status'], place());
  expect([page.exitCode, page.stdout]).toEqual([0, expect.stringContaining('All is well')]);
});

it('shows how a chain is watched, and what an operator should know', async () => {
  const { value } = goldenMessage(TOPICS.chainHead, 'with-all-that-operators-see');
  const { watch } = value as unknown as Required<ChainHeadV1>;
  await ledger.publishChainHead({ ...head('following', new Date()), watch });
  await until(async () => (await known('chains')).data[0]?.watch != null);
  const page = await daybook(['chains', 'list'], place());
  expect([page.exitCode, page.stdout]).toEqual([0, expect.stringContaining('2 ok')]);
  const listed = await daybook(['chains', 'list', '--json'], place());
  const { chains } = answerOf('chains', listed.stdout);
  expect([listed.exitCode, chains]).toMatchObject([0, [{ chain: CHAIN, lag: 1, watch }]]);
  const shown = await daybook(['chains', 'show', CHAIN], place());
  expect([shown.exitCode, shown.stdout]).toEqual([0, expect.stringMatching(/^rented +limited/m)]);
  const json = await daybook(['chains', 'show', CHAIN, '--json'], place());
  expect(answerOf('chains', json.stdout)).toEqual({ chains });
  const unknown = await daybook(['chains', 'show', 'eip155:5'], place());
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    `eip155:5 is not watched here; there is ${CHAIN}.\n`,
  ]);
  const [told] = answerOf('status', (await status()).stdout).chains;
  expect(told).toMatchObject({ providers: 2, providersUsable: 2 });
  expect(told.warnings).toEqual(chains[0].warnings);
  const all = await daybook(['status'], place());
  expect([all.exitCode, all.stdout]).toEqual([0, expect.stringMatching(/! .*: Less was proven/)]);
});

it('names what is stalled, and ends with 1', async () => {
  await ledger.publishChainHead(head('stalled', new Date()));
  await until(async () => (await known('status')).chains[0].state === 'stalled');
  await sql(`
    INSERT INTO ledger.checkpoint (name, position, updated_at)
    VALUES ('stuck', 0, now() - interval '1 hour');
    ALTER TABLE event_store.event DISABLE TRIGGER ALL;
    UPDATE event_store.event SET recorded_at = recorded_at - interval '1 hour';`);
  const { exitCode, stdout } = await status();
  const { problems, readers, state } = answerOf('status', stdout);
  expect([exitCode, state]).toEqual([1, 'standing-still']);
  expect(problems.join('\n')).toMatch(/stuck has been stalled at position 0 for 36\d\d s/);
  expect(problems.join('\n')).toContain(`${CHAIN} is stalled: The node does not answer.`);
  const stuck = readers.find(({ name }: { name: string }) => name === 'stuck');
  expect(stuck).toMatchObject({ position: '0', lag: String(await ledger.store.head()) });
  await sql(`
    DELETE FROM ledger.checkpoint WHERE name = 'stuck';
    UPDATE event_store.event SET recorded_at = recorded_at + interval '1 hour';`);
});

it('lists parked keys, and requests a retry', async () => {
  const none = await parked('list');
  expect([none.exitCode, none.stdout]).toEqual([0, 'No key is parked.\n']);
  const poison = [{ id: 'poison', key: KEY, value: '{"nonsense":true}', headers: {} }];
  await ledger.watcherLog.publish(TOPICS.transfer, poison);
  await until(async () => (await known('parked-keys')).data.length > 0);
  const { parked: listed } = answerOf('parked', (await parked('list', '--json')).stdout);
  expect(listed).toMatchObject([{ key: KEY }]);
  expect((await parked('list')).stdout).toContain(KEY);
  const { exitCode, stdout } = await status();
  expect(exitCode).toBe(1);
  expect(answerOf('status', stdout).problems.join()).toContain('1 parked key');

  const retried = await parked('retry', TOPICS.transfer, 'ledger', KEY, '--json');
  answerOf('parked-retried', retried.stdout);
  const stranger = await parked('retry', TOPICS.transfer, 'ledger', 'nobody');
  expect([stranger.exitCode, stranger.stderr]).toEqual([1, expect.stringContaining('not parked')]);
});

it('needs the key of an operator for what only the ledger knows', async () => {
  const { key } = newApiKey({ kind: 'operator' });
  const { exitCode, stdout } = await status({ DAYBOOK_OPERATOR_KEY: key });
  const report = answerOf('status', stdout);
  expect([exitCode, report.state, report.readers]).toEqual([1, 'standing-still', []]);
  expect(report.problems).toEqual([
    expect.stringMatching(/does not give its status.*refuses the operator's key/),
  ]);
  const { stderr, ...ended } = await daybook(
    ['parked', 'list'],
    place({ DAYBOOK_OPERATOR_KEY: '' }),
  );
  expect([ended.exitCode, stderr]).toEqual([
    2,
    expect.stringMatching(/Set DAYBOOK_OPERATOR_KEY to a key of an operator/),
  ]);
});

it('says which variables are missing to call the ledger', async () => {
  for (const command of ['keys list', 'parked list', 'watch list', 'chains list', 'audits']) {
    const { exitCode, stdout, stderr } = await daybook(command.split(' '), {
      DAYBOOK_DATABASE_URL: ledger.databaseUrl,
    });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^This command calls the ledger\. Set DAYBOOK_LEDGER_URL to its address, .*, and DAYBOOK_OPERATOR_KEY to a key .*\.\n$/,
    );
  }
});

it('lists the audit runs', async () => {
  const place = { DAYBOOK_LEDGER_URL: ledger.url, DAYBOOK_OPERATOR_KEY: ledger.operatorKey };
  const { store, databaseUrl } = ledger;
  expect((await daybook(['audits'], place)).stdout).toBe('There is no run.\n');
  await replay({ ...AUDITED, store, databaseUrl, id: 'kept', keep: true });
  await rebuild({ ...AUDITED, store, ownerUrl: databaseUrl, readModel: 'all', actor: 'auditor' });
  const { runs } = answerOf('audits', (await daybook(['audits', '--json'], place)).stdout);
  expect(runs).toMatchObject([
    { kind: 'replay', id: 'kept', state: 'kept' },
    { kind: 'rebuild', state: 'swapped', actor: 'auditor', differences: '0' },
  ]);
  expect((await daybook(['audits'], place)).stdout).toMatch(/swapped/);
});

it('needs no more than the address of the ledger', async () => {
  const place = { DAYBOOK_LEDGER_URL: ledger.url, DAYBOOK_OPERATOR_KEY: ledger.operatorKey };
  const asked = await daybook(['status', '--json'], place);
  expect(answerOf('status', asked.stdout).readers.length).toBeGreaterThan(0);
  const gone = await daybook(['status'], { ...place, DAYBOOK_LEDGER_URL: 'http://127.0.0.1:1' });
  expect([gone.exitCode, gone.stderr]).toEqual([3, expect.stringContaining('does not answer')]);
});

it('checks the engines if the ledger does not answer, and says so', async () => {
  const server = surviveLostConnections(createServer((_, response) => response.destroy())).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { exitCode, stdout } = await status({ DAYBOOK_LEDGER_URL: `http://127.0.0.1:${port}` });
  server.close();
  const report = answerOf('status', stdout);
  expect(exitCode).toBe(1);
  expect(report.services.ledger).toMatchObject({ answers: false, status: null });
  expect(report.engines.eventLog).toMatchObject({ answers: true, head: expect.any(String) });
  expect(report.problems.join('\n')).toMatch(/The ledger at http:\S+ does not answer/);
});

it('says that PostgreSQL does not answer, without its password, and ends with 3', async () => {
  const url = 'postgres://somebody:hunter2@127.0.0.1:1/daybook';
  const more = { DAYBOOK_DATABASE_URL: url, DAYBOOK_LEDGER_URL: '' };
  const { exitCode, stdout, stderr } = await status(more);
  const report = answerOf('status', stdout);
  expect([exitCode, report.state]).toEqual([3, 'unreachable']);
  expect(report.engines.database).toMatchObject({ answers: false });
  expect(report.problems.join()).toContain('PostgreSQL does not answer');
  expect(stdout + stderr).not.toContain('hunter2');
});

it('repeats its answer with --watch', async () => {
  const running = spawnDaybook(['status', '--watch', '--json'], place());
  await until(() => running.stdout().trimEnd().split('\n').length >= 3);
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.ended;
  expect([exitCode, stderr]).toEqual([130, '']);
  for (const line of stdout.trimEnd().split('\n')) answerOf('status', line);
});

it('says that a topic is gone which only the consumer reads', async () => {
  await sql(`
    DELETE FROM messaging.consumer c USING messaging.topic t
    WHERE t.topic_id = c.topic_id AND t.name = '${TOPICS.outflow}';
    DELETE FROM messaging.topic WHERE name = '${TOPICS.outflow}'`);
  const { engines, state } = await known('status');
  expect(state).toBe('unreachable');
  const detail = expect.stringContaining(`does not have ${TOPICS.outflow} any more`);
  expect(engines.durableLog).toMatchObject({ answers: false, detail });
});
