import { CommandBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../../ledger/src/edge/identity';
import { type ObservedBalance, RecordDifferences } from '../../ledger/src/findings';
import { answerOf } from '../testing/answers';
import { daybook, type Ended } from '../testing/command-line';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const ACT = ['--reason', 'seen on the explorer', '--reference'];

let ledger: TestLedger;
let balance: ObservedBalance;
let purse: { readonly id: string; readonly address: string };

beforeAll(async () => {
  ledger = await createLedgerForTest();
  const body = { externalId: 'payer', families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  purse = customer.purses[0];
  balance = {
    ...{ accountId: DEFAULT_ACCOUNT_ID, customerId: customer.id, purseId: purse.id },
    ...{ chain: 'eip155:1', address: purse.address.toLowerCase(), asset: USDT },
    ...{ onChain: 1_500_000n, recorded: 0n, at: '2026-01-02T03:05:00.000Z' },
    block: { number: 100, hash: `0x${'b'.repeat(64)}` },
  };
});
afterAll(() => ledger.close());

const run = (...args: string[]): Promise<Ended> =>
  daybook(args, {
    DAYBOOK_DATABASE_URL: ledger.databaseUrl,
    DAYBOOK_LEDGER_URL: ledger.url,
    DAYBOOK_OPERATOR_KEY: ledger.operatorKey,
    DAYBOOK_API_KEY: ledger.apiKey,
  });

async function record(observed: ObservedBalance): Promise<void> {
  await ledger.app.get(CommandBus).execute(new RecordDifferences([observed]));
}

/** The open findings, by all that is in the log. */
async function open() {
  await ledger.request('GET', `/v1/purses?minPosition=${await ledger.store.head()}`);
  const { stdout } = await run('findings', 'list', '--json');
  return answerOf('findings', stdout).findings;
}

it('lists, shows and resolves a finding, and says in the status that it is open', async () => {
  expect((await run('findings', 'list')).stdout).toContain('No finding is open.');
  await record(balance);
  const [found] = await open();
  expect(found).toMatchObject({ kind: 'unexplained', difference: { amount: '1.5' } });
  expect((await run('findings', 'show', found.id)).stdout).toContain('1.5 USDT_ETH (1500000 base');
  const status = answerOf('status', (await run('status', '--json')).stdout);
  expect(status.differences).toMatchObject({
    ...{ findings: [{ kind: 'unexplained', open: 1 }], negativeClaims: 0 },
  });
  expect((await run('status')).stdout).toContain('1 unexplained open since');
  const credit = ['findings', 'resolve', found.id, 'credit', '--to', 'customer'];
  const late = await run(...credit, '--difference', '7', ...ACT, 'case-1');
  expect(late).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('is 1500000 base units'),
  });
  const done = await run(...credit, '--difference', '1500000', ...ACT, 'case-1', '--json');
  expect(answerOf('finding', done.stdout).finding).toMatchObject({
    ...{ status: 'closed', end: 'credited', creditedTo: 'customer', reference: 'case-1' },
  });
  expect(await open()).toEqual([]);
  expect((await run('findings', 'list', '--all')).stdout).toContain('credited');
  const claims = answerOf('claims', (await run('findings', 'claims', '--json')).stdout);
  expect(claims).toEqual({ claims: [] });
});

it('voids a replenishment and credits it again', async () => {
  const txHash = `0x${'1'.repeat(64)}`;
  await ledger.publishTransfers([
    {
      ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
      ...{ asset: USDT, amount: '2000000', from: '0x00000000000000000000000000000000000000aa' },
      ...{ to: balance.address, txHash, finality: { kind: 'depth', confirmations: 12 } },
      block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
    },
  ]);
  const path = `/v1/replenishments?purseId=${purse.id}`;
  const first = async () => (await ledger.request('GET', path)).body.data[0];
  await until(async () => (await first())?.status === 'confirmed');
  const { id } = await first();
  const voided = await run('replenishments', 'void', id, ...ACT, 'case-1');
  expect(voided.stdout).toContain(`2 USDT_ETH of ${id} is voided.`);
  const credited = await run('replenishments', 'credit', id, ...ACT, 'case-2', '--json');
  expect(answerOf('replenishment', credited.stdout)).toMatchObject({ id, creditedTo: 'customer' });
  expect(await run('replenishments', 'void', id, '--reason', 'no reference')).toMatchObject({
    exitCode: 2,
  });
});

it('adjusts a claim, shows before what it would do, and forces a debit below zero', async () => {
  const { id } = (await ledger.request('POST', '/v1/customers', { body: { externalId: 'bob' } }))
    .body;
  const of = ['USDT_ETH', '--customer', id, '--reason', 'a test', '--reference'];
  const credited = await run('adjust', 'credit', '1.5', ...of, 'bonus-1', '--json');
  expect(answerOf('adjustment', credited.stdout).adjustment).toMatchObject({
    ...{ customerId: id, direction: 'credit', forced: false, reference: 'bonus-1' },
    money: { amount: '1.5', baseUnits: '1500000' },
  });
  const less = await run('adjust', 'debit', '0.5', ...of, 'case-1', '--dry-run');
  expect(less.stdout).toContain('Available now: 1.5 USDT_ETH. After it: 1 USDT_ETH.');
  const more = await run('adjust', 'debit', '2', ...of, 'case-1', '--dry-run', '--json');
  expect(more.exitCode).toBe(1);
  expect(answerOf('adjustment-preview', more.stdout)).toMatchObject({ insufficient: true });
  expect(await run('adjust', 'debit', '2', ...of, 'case-1')).toMatchObject({
    ...{ exitCode: 1, stderr: expect.stringContaining('Only 1.5 USDT_ETH is available') },
  });
  const forced = await run('adjust', 'debit', '2', ...of, 'case-1', '--force');
  expect(forced.stdout).toContain(`2 USDT_ETH of customer ${id} is debited by force`);
  await ledger.request('GET', `/v1/purses?minPosition=${await ledger.store.head()}`);
  const { claims } = answerOf('claims', (await run('findings', 'claims', '--json')).stdout);
  expect(claims).toMatchObject([{ customerId: id, claim: { amount: '-0.5' } }]);
  const nobody = ['adjust', 'debit', '2', 'USDT_ETH', '--reason', 'x', '--reference', 'y'];
  expect((await run(...nobody)).exitCode).toBe(2);
});
