import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { answerOf } from '../testing/answers';
import { daybook, type Ended, type Running, spawnDaybook } from '../testing/command-line';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
  for (let i = 0; i < 5; i++) await create(`early-${i}`);
});
afterAll(() => ledger.close());

const create = (externalId: string) =>
  ledger.request('POST', '/v1/customers', { body: { externalId, families: [] } });
const place = () => ({ DAYBOOK_DATABASE_URL: ledger.databaseUrl });
const tail = (...args: string[]): Promise<Ended> => daybook(['events', 'tail', ...args], place());
const follow = (...args: string[]): Running =>
  spawnDaybook(['events', 'tail', '--follow', ...args], place());
const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => answerOf('event', line));

it('prints the whole log in position order, each event once', async () => {
  const { exitCode, stdout } = await tail('--json');
  expect(exitCode).toBe(0);
  const positions = events(stdout).map(({ position }) => BigInt(position));
  expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
  expect(positions.at(-1)).toBe(await ledger.store.head());
  expect((await tail()).stdout.trimEnd().split('\n')).toHaveLength(positions.length);
});

it('prints only what is requested', async () => {
  const created = events((await tail('--json', '--type', 'CustomerCreated')).stdout);
  expect(created).toHaveLength(5);
  const [first, second] = created;
  const after = await tail(
    '--json',
    '--type',
    'CustomerCreated',
    '--after',
    first.position,
    '--limit',
    '1',
  );
  expect(events(after.stdout)).toEqual([second]);
  const nobody = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
  expect((await tail('--account', nobody)).stdout).toBe('');
  expect((await tail('--after', 'end')).stdout).toBe('');
});

it('continues with new events until it is interrupted', async () => {
  const running = follow('--json', '--type', 'CustomerCreated');
  // It is unknown when it has read the end of the log, so customers are created until one is shown.
  const made: string[] = [];
  await until(async () => {
    const { body } = await create(`late-${made.length}`);
    made.push(`customer-${body.id}`);
    return running.stdout().split('\n').length > 3;
  });
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.ended;
  expect([exitCode, stderr]).toEqual([130, '']);
  const shown = events(stdout);
  const streams = shown.map(({ stream }) => stream);
  const from = made.indexOf(streams[0]);
  expect(from).toBeGreaterThanOrEqual(0);
  expect(streams).toEqual(made.slice(from, from + streams.length));
  // Whoever reads the log reads no personal data.
  for (const { data } of shown) expect(data.externalId).toMatch(/^sealed\./);
});

it('ends quietly when its output is closed', async () => {
  const running = follow('--json', '--after', '0');
  await until(() => running.stdout() !== '');
  running.hangUp();
  const ended = await Promise.all([running.ended, create('unread')]).then(([it]) => it);
  expect([ended.exitCode, ended.stderr]).toEqual([0, '']);
});

it.each([
  ['--after', 'soon'],
  ['--limit', '0'],
  ['--account', 'me'],
  ['--tpye', 'X'],
])('refuses %s %s and says what would be right', async (option, value) => {
  const { exitCode, stderr, stdout } = await tail(option, value);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/number|UUID|Did you mean/);
});
