import {
  parseWatchRequest,
  TOPICS,
  type WatchReportV1,
  type WatchRequestV1,
} from '@daybook/contracts';
import { DurableLog } from '@daybook/messaging';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';

const CHAINS = ['eip155:31337', 'eip155:1337'] as const;
const [FIRST, SECOND] = CHAINS;
const PATH = '/v1/operations/watch-requests';
const RESCAN = { chain: FIRST, kind: 'rescan', fromBlock: '5', reason: 'case 7' };

let ledger: TestLedger;
/** The messages for the watchers. */
const published: WatchRequestV1[] = [];

beforeAll(async () => {
  const finality = { kind: 'depth', confirmations: 1 };
  const rest = { name: 'Test', rpcUrl: 'http://127.0.0.1:1', assets: [], finality };
  const chains = CHAINS.map((id) => ({ id, ...rest, blockTimeMs: null, reorgWindow: 8 }));
  ledger = await createLedgerForTest({ chains: { chains } });
  await ledger.app.get(DurableLog).subscribe({
    topic: TOPICS.watchRequest,
    group: 'test',
    limit: 100,
    async handle(messages) {
      for (const { value } of messages) published.push(parseWatchRequest(value));
      return [];
    },
  });
});
afterAll(() => ledger.close());

function send(method: string, path: string, body?: object, key?: string): Promise<Reply> {
  const authorization = `Bearer ${ledger.operatorKey}`;
  const headers = { authorization, ...(key !== undefined && { 'idempotency-key': key }) };
  return ledger.request(method, path, { headers, body });
}

async function request(body: object = RESCAN): Promise<Reply['body']> {
  const reply = await send('POST', PATH, body);
  expect(reply.status).toBe(201);
  return reply.body;
}

async function current({ id, position }: Reply['body']): Promise<Reply['body']> {
  return (await send('GET', `${PATH}/${id}?minPosition=${position}`)).body;
}

function report(requestId: string, second: number, change: Partial<WatchReportV1> = {}) {
  return ledger.publishWatchReport({
    ...{ requestId, chain: FIRST, state: 'running', from: 5, to: 9, blocksLeft: 3 },
    ...{ found: 0, versions: 0, reason: null, ...change },
    observedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  });
}

/** Resolves when everything that was reported before has been handled. */
async function reportsAreHandled(): Promise<void> {
  const { body: last } = await send('POST', PATH, RESCAN);
  await report(last.id, 1);
  await until(async () => (await current(last)).reportedAt !== null);
}

async function messagesOf(id: string, count: number): Promise<readonly WatchRequestV1[]> {
  const ofId = () => published.filter(({ requestId }) => requestId === id);
  await until(() => ofId().length >= count, { description: `${count} messages` });
  return ofId();
}

describe('a watch request', () => {
  it('waits until a watcher takes it, and shows what the watcher reports', async () => {
    const made = await request();
    expect(made).toMatchObject({
      ...{ chain: FIRST, kind: 'rescan', state: 'waiting', fromBlock: 5, toBlock: null },
      ...{ reason: 'case 7', requestedBy: expect.stringMatching(/^operator:/) },
      ...{ found: 0, blocksLeft: null, reportedAt: null, endedAt: null },
    });
    expect(await messagesOf(made.id, 1)).toEqual([
      {
        ...{ requestId: made.id, chain: FIRST, kind: 'rescan', from: 5, to: null },
        ...{ blocksMax: 10_000, isCancelled: false, requestedBy: made.requestedBy },
        ...{ reason: 'case 7', requestedAt: expect.any(String), position: made.position },
      },
    ]);
    const { position: _, ...shown } = made;
    expect(await current(made)).toEqual(shown);
    await report(made.id, 1);
    await until(async () => (await current(made)).state === 'running');
    await report(made.id, 2, { state: 'done', blocksLeft: 0, found: 2, versions: 1 });
    await until(async () => (await current(made)).state === 'done');
    expect(await current(made)).toMatchObject({
      ...{ fromBlock: 5, toBlock: 9, blocksLeft: 0, found: 2, versions: 1 },
      endedAt: '2026-01-01T00:00:02.000Z',
    });
    const cancelled = await send('POST', `${PATH}/${made.id}/cancel`, { reason: 'late' });
    expect([cancelled.status, cancelled.body.code]).toEqual([409, 'watch-request-ended']);
  });

  it('names a transaction, whose block the watcher reports', async () => {
    const transaction = `0x${'5c'.repeat(32)}`;
    const wish = { chain: FIRST, kind: 'report-again', reason: 'case 8' };
    const made = await request({
      ...wish,
      transaction: transaction.toUpperCase().replace('X', 'x'),
    });
    expect(made).toMatchObject({ ...wish, transaction, fromBlock: null, toBlock: null });
    const [message] = await messagesOf(made.id, 1);
    expect(message).toMatchObject({ kind: 'report-again', transaction, from: null, to: null });
    await report(made.id, 1, { state: 'done', from: 7, to: 7, blocksLeft: 0, found: 2 });
    await until(async () => (await current(made)).state === 'done');
    expect(await current(made)).toMatchObject({ transaction, fromBlock: 7, toBlock: 7, found: 2 });
    const listed = await send('GET', `${PATH}?limit=100&minPosition=${made.position}`);
    const { id } = made;
    expect(listed.body.data.find((each: { id: string }) => each.id === id)).toMatchObject({
      transaction,
    });
  });

  it('pauses a chain and resumes it, with who and why', async () => {
    for (const kind of ['pause', 'resume']) {
      const made = await request({ chain: FIRST, kind, reason: 'The node is moved.' });
      expect(made).toMatchObject({ kind, fromBlock: null, toBlock: null, transaction: null });
      const [message] = await messagesOf(made.id, 1);
      expect(message).toMatchObject({ kind, reason: 'The node is moved.' });
      expect(message?.requestedBy).toMatch(/^operator:/);
    }
  });

  it('keeps the newest report, and its end for ever', async () => {
    const made = await request();
    await report(made.id, 5, { blocksLeft: 1 });
    await report(made.id, 4, { blocksLeft: 2 });
    await reportsAreHandled();
    expect(await current(made)).toMatchObject({ state: 'running', blocksLeft: 1 });
    await report(made.id, 6, { state: 'refused', reason: 'No such blocks.' });
    await report(made.id, 7);
    await reportsAreHandled();
    expect(await current(made)).toMatchObject({ state: 'refused', refusal: 'No such blocks.' });
  });

  it('is cancelled at once, and the watcher gets the cancellation', async () => {
    const made = await request();
    const cancel = () => send('POST', `${PATH}/${made.id}/cancel`, { reason: 'the wrong blocks' });
    for (const { status, body } of [await cancel(), await cancel()]) {
      expect([status, body.state]).toEqual([200, 'cancelled']);
      expect(body.endedAt).not.toBeNull();
    }
    const messages = await messagesOf(made.id, 2);
    expect(messages.at(-1)).toMatchObject({ isCancelled: true, from: 5, blocksMax: 10_000 });
    // The watcher had finished it before it read the cancellation.
    await report(made.id, 1, { state: 'done' });
    await until(async () => (await current(made)).state === 'done');
  });

  it('is made once for each idempotency key', async () => {
    const [first, second] = [
      await send('POST', PATH, RESCAN, 'k'),
      await send('POST', PATH, RESCAN, 'k'),
    ];
    expect([second.status, second.body.id]).toEqual([201, first.body.id]);
    const other = await send('POST', PATH, { ...RESCAN, fromBlock: '6' }, 'k');
    expect(other.body.code).toBe('idempotency-key-reused');
  });

  it('is listed with the newest first, of one chain when it is named', async () => {
    const made = await request({ chain: SECOND, kind: 'reset-ring', reason: 'a deep reorg' });
    const last = await request();
    const list = async (query: string) =>
      (await send('GET', `${PATH}?minPosition=${last.position}&${query}`)).body.data;
    expect((await list(`chain=${SECOND}`)).map(({ id }: { id: string }) => id)).toEqual([made.id]);
    expect((await list('limit=2')).map(({ id }: { id: string }) => id)).toEqual([last.id, made.id]);
  });

  it.each<[object, string, RegExp]>([
    [
      { ...RESCAN, chain: 'eip155:5' },
      'chain-unknown',
      /eip155:5 is not watched here; there is eip155:31337, eip155:1337\./,
    ],
    [
      { ...RESCAN, chain: undefined },
      'chain-unknown',
      /No chain is named; there is eip155:31337, /,
    ],
    [{ ...RESCAN, fromBlock: undefined }, 'watch-request-invalid', /needs its first block/],
    [{ ...RESCAN, toBlock: '4' }, 'watch-request-invalid', /5, lies above the last, 4/],
    [{ ...RESCAN, toBlock: '10005' }, 'watch-request-invalid', /10001 blocks, more than the 10000/],
    [
      { ...RESCAN, transaction: `0x${'5c'.repeat(32)}` },
      'watch-request-invalid',
      /the blocks or the transaction, not both/,
    ],
    [
      { ...RESCAN, fromBlock: undefined, transaction: '5c'.repeat(32) },
      'watch-request-invalid',
      /is no hash of a transaction of eip155:31337: it has 0x and 64 hexadecimal digits\./,
    ],
    [{ ...RESCAN, fromBlock: undefined, transaction: '0x5c' }, 'validation-failed', /./],
    [{ ...RESCAN, kind: 'pause' }, 'watch-request-invalid', /leave out the blocks/],
    [
      { ...RESCAN, kind: 'resume', fromBlock: undefined, toBlock: '9' },
      'watch-request-invalid',
      /leave out the blocks/,
    ],
    [{ chain: FIRST, kind: 'pause' }, 'validation-failed', /./],
    [{ ...RESCAN, kind: 'look-up' }, 'validation-failed', /./],
    [{ ...RESCAN, reason: '' }, 'validation-failed', /./],
  ])('is refused: %j', async (body, code, detail) => {
    const reply = await send('POST', PATH, body);
    expect([reply.body.code, reply.status < 500]).toEqual([code, true]);
    expect(reply.body.detail).toMatch(detail);
  });

  it('is refused beyond what the watcher reported of its node', async () => {
    await ledger.publishChainHead({
      ...{ chain: SECOND, latest: 8, matched: 7, finalized: null, state: 'following' },
      ...{ detail: null, observedAt: '2026-01-01T00:00:00.000Z' },
    });
    const beyond = { ...RESCAN, chain: SECOND, fromBlock: '9' };
    const code = async () => (await send('POST', PATH, beyond)).body.code;
    await until(async () => (await code()) === 'watch-request-invalid');
    await request({ ...beyond, fromBlock: '8' });
  });

  it('shows operators who paused a chain and why, and accounts that it is paused', async () => {
    const paused = {
      ...{ by: 'operator:1', since: '2026-01-01T00:00:00.000Z', reason: 'The node is moved.' },
    };
    const detail = `${FIRST} is paused by operator:1 since 2026-01-01T00:00:00.000Z: The node is moved.`;
    const heights = { chain: FIRST, latest: 10_000, matched: 10_000, finalized: null };
    const observedAt = new Date().toISOString();
    await ledger.publishChainHead({ ...heights, state: 'stalled', detail, paused, observedAt });
    const chain = async () => {
      const { body } = await ledger.request('GET', '/v1/chains');
      return body.data.find((each: { chain: string }) => each.chain === FIRST);
    };
    await until(async () => (await chain()).state === 'paused');
    expect((await chain()).detail).toBe('Paused since 2026-01-01T00:00:00.000Z.');
    const { body: status } = await send('GET', '/v1/operations/status');
    expect(status.problems).toContain(detail);
    const [watched] = status.chains.filter((each: { chain: string }) => each.chain === FIRST);
    expect(watched).toMatchObject({ state: 'paused', detail, standsStill: true });
    // It is one of the states of the watch, and over with the next report.
    const later = new Date(Date.parse(observedAt) + 1_000).toISOString();
    const report = { ...heights, state: 'following', detail: null, observedAt: later } as const;
    await ledger.publishChainHead(report);
    await until(async () => (await chain()).state === 'following');
  });

  it('is forbidden to accounts', async () => {
    for (const [method, path] of [
      ['GET', PATH],
      ['POST', PATH],
    ] as const) {
      const { status, body } = await ledger.request(
        method,
        path,
        method === 'POST' ? { body: RESCAN } : {},
      );
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
  });
});
