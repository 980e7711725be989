import { type LookUpV1, parseWatchReport, TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import {
  addressOf,
  hashOf,
  TRANSFER_TOPIC,
  topicOf,
  wordOf,
} from '../../../../libs/chains/testing/raw-blocks';
import { purse, RAW_CHAIN, type RawWatch, rawWatch } from '../../testing/raw-watch';

const [payer, stranger, token] = ['payer', 'stranger', 'token'].map(addressOf) as [
  string,
  string,
  string,
];
const START = Date.parse('2023-11-14T22:13:20.000Z');

let world: RawWatch;
let asked = 0;
beforeEach(async () => {
  world = await rawWatch();
  await world.lead();
});
afterEach(() => world.watch.close());

function request(transaction: string, change: Partial<WatchRequestV1> = {}): WatchRequestV1 {
  asked += 1;
  const requestId = `00000000-0000-4000-8000-${String(asked).padStart(12, '0')}`;
  return {
    ...{ requestId, chain: RAW_CHAIN, kind: 'look-up', from: null, to: null, transaction },
    ...{ blocksMax: 0, isCancelled: false, requestedBy: 'look-up', position: '0' },
    requestedAt: new Date(START + 3_600_000).toISOString(),
    ...change,
  };
}

/** The reports of a request. */
function reportsOn({ requestId }: WatchRequestV1) {
  return world.broker
    .messages(TOPICS.watchReport)
    .map(({ value }) => parseWatchReport(value))
    .filter((report) => report.requestId === requestId);
}

async function lookUp(transaction: string): Promise<LookUpV1> {
  const question = request(transaction);
  await world.watch.lookUp(question);
  const [report, ...others] = reportsOn(question);
  expect(others).toEqual([]);
  // Nothing says what was found for anybody.
  expect(report).toMatchObject({ chain: RAW_CHAIN, state: 'done', found: 0, versions: 0 });
  return report?.lookUp as LookUpV1;
}

/** The hash of the first transaction of the newest block. */
function newest(): string {
  return world.raw.blocks.at(-1)?.block.transactions[0]?.hash as string;
}

const log = (from: string, to: string, amount: bigint) => ({
  ...{ address: token, topics: [TRANSFER_TOPIC, topicOf(from), topicOf(to)] },
  data: wordOf(amount),
});

describe('a look-up', () => {
  it('shows the block, and every movement no matter whom it concerns', async () => {
    const logs = [log(payer, purse, 7n), log(payer, stranger, 8n)];
    world.raw.mine([{ from: payer, to: stranger, value: 5n, logs }]);
    await world.mine(2);
    const paid = world.raw.blocks.at(-3)?.block;
    const transaction = paid?.transactions[0]?.hash as string;
    expect(await lookUp(transaction)).toEqual({
      ...{ transaction, status: 'included', watch: 'matched', head: 12, finalized: null },
      block: { number: 10, hash: paid?.hash, time: expect.stringMatching(/^20.*Z$/) },
      movements: [
        {
          ordinal: 'value:0',
          asset: `${RAW_CHAIN}/slip44:60`,
          amount: '5',
          from: payer,
          to: stranger,
        },
        {
          ordinal: 'log:0',
          asset: `${RAW_CHAIN}/erc20:${token}`,
          amount: '7',
          from: payer,
          to: purse,
        },
        {
          ordinal: 'log:1',
          asset: `${RAW_CHAIN}/erc20:${token}`,
          amount: '8',
          from: payer,
          to: stranger,
        },
      ],
      movementsLeft: 0,
    });
  });

  it('shows that a transaction failed, also one that would move nothing', async () => {
    world.raw.mine([{ from: payer, to: token, input: '0xdeadbeef', failed: true }]);
    await world.settle();
    expect(await lookUp(newest())).toMatchObject({ status: 'failed', movements: [] });
  });

  it('shows a pending and an unknown transaction, and a block that is not matched yet', async () => {
    const pending = hashOf('pending');
    world.node.pending = [pending];
    expect(await lookUp(pending)).toMatchObject({ status: 'pending', block: null, watch: null });
    expect(await lookUp(hashOf('unknown'))).toMatchObject({ status: 'unknown', block: null });
    world.pay(1n);
    expect(await lookUp(newest())).toMatchObject({ status: 'included', watch: 'not-yet' });
  });

  it('asks the node once until the head moves, also for many at once', async () => {
    world.pay(1n);
    await world.settle();
    const count = () => world.node.asked.filter((it) => it === 'eth_getTransactionReceipt').length;
    const all = Array.from({ length: 20 }, () => lookUp(newest()));
    const [first] = await Promise.all(all);
    expect(count()).toBe(1);
    await lookUp(newest());
    expect(count()).toBe(1);
    const hash = newest();
    await world.mine(1);
    expect(await lookUp(hash)).toEqual({ ...first, head: (first?.head ?? 0) + 1 });
    expect(count()).toBe(2);
  });

  it('asks nothing for a final block that was shown once', async () => {
    world.pay(1n);
    const hash = newest();
    world.node.finalized = 10;
    await world.mine(1);
    await lookUp(hash);
    const before = world.node.asked.length;
    await world.mine(1);
    const between = world.node.asked.length;
    expect(await lookUp(hash)).toMatchObject({ finalized: 10, head: 12 });
    expect(world.node.asked).toHaveLength(between);
    expect(between).toBeGreaterThan(before);
  });

  it('forgets a block that was replaced, also when its height is final', async () => {
    world.pay(1n);
    const hash = newest();
    await world.settle();
    expect(await lookUp(hash)).toMatchObject({ status: 'included', block: { number: 10 } });
    world.raw.blocks.pop();
    world.raw.mine([], 'another');
    await world.mine(1);
    expect(await lookUp(hash)).toMatchObject({ status: 'unknown', block: null });
    world.node.finalized = 10;
    await world.mine(2);
    expect(await lookUp(hash)).toMatchObject({ status: 'unknown', block: null, finalized: 10 });
  });

  it('shows a block in quarantine without its content', async () => {
    world.pay(1n);
    const [receipt] = world.raw.blocks.at(-1)?.receipts ?? [];
    Object.assign(receipt ?? {}, { status: '0x0' });
    // It is not believed from the first moment on.
    expect(await lookUp(newest())).toMatchObject({ status: 'unanswered', block: null });
    for (let n = 0; n < 4; n++) await world.settle().catch(() => undefined);
    expect(await lookUp(newest())).toMatchObject({
      ...{ status: 'included', watch: 'quarantined', movements: [] },
      block: { number: 10, hash: null, time: null },
    });
  });

  it('is not answered for the node while it is silent', async () => {
    world.node.isSilent = true;
    expect(await lookUp(hashOf('x'))).toMatchObject({ status: 'unanswered', movements: [] });
  });

  it('asks nothing while the chain is paused', async () => {
    const pause = request('', { kind: 'pause', reason: 'a test' });
    const { transaction: _, ...order } = pause;
    await world.watch.takeRequest(order);
    const before = world.node.asked.length;
    expect(await lookUp(hashOf('x'))).toMatchObject({ status: 'paused' });
    expect(world.node.asked).toHaveLength(before);
  });

  it('is ignored when nobody waits for it any more', async () => {
    const old = request(hashOf('x'), { requestedAt: new Date(START - 60_000).toISOString() });
    await world.watch.lookUp(old);
    expect(reportsOn(old)).toEqual([]);
  });

  it('is refused as busy when too many were asked in a minute, and not a minute later', async () => {
    for (let n = 0; n < 120; n++) await lookUp(hashOf(`a${n}`));
    const before = world.node.asked.length;
    expect(await lookUp(hashOf('one more'))).toMatchObject({ status: 'busy' });
    expect(world.node.asked).toHaveLength(before);
    await world.settle(60_000);
    expect(await lookUp(hashOf('one more'))).toMatchObject({ status: 'unknown' });
  });

  it('lists a thousand movements, and counts the others', async () => {
    const logs = Array.from({ length: 1_200 }, (_, n) => log(payer, stranger, BigInt(n)));
    world.raw.mine([{ from: payer, to: token, logs }]);
    await world.settle();
    const { movements, movementsLeft } = await lookUp(newest());
    expect([movements.length, movementsLeft]).toEqual([1_000, 200]);
  });

  it('is stored nowhere', async () => {
    await lookUp(hashOf('x'));
    await world.settle();
    expect(world.broker.messages(TOPICS.watchReport)).toHaveLength(1);
  });
});
