import { type ChainHeadV1, TOPICS } from '@daybook/contracts';
import { createMetrics } from '@daybook/platform';
import { messageOf } from '@daybook/platform/plain';
import { goldenMessage } from '../../../libs/contracts/testing/golden';
import { until } from '../../../test/dependencies';
import { Monitoring } from '../src/operations/monitoring';
import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const PATH = '/v1/operations/chains';
const SERVICE = 'daybook.v1.OperationsService';
/** Reported by a watcher of today, by an older one, by none. */
const [FULL, OLDER, UNREPORTED] = ['eip155:1', 'eip155:10', 'eip155:56'] as const;
/** A chain that left the chains file. */
const GONE = 'eip155:999';

const { value } = goldenMessage(TOPICS.chainHead, 'with-all-that-operators-see');
const { quarantine } = goldenMessage(TOPICS.chainHead, 'with-blocks-in-quarantine').value;
const golden = value as unknown as Required<ChainHeadV1>;

/** Of a wallet that exists for this test: real chains refuse the development xpub. */
const evmXpub =
  'xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekkudhUd9yLb6qx39T9nMdj';

let ledger: GrpcLedger;
let api: Reflected;

beforeAll(async () => {
  const chains = [FULL, OLDER, UNREPORTED].map((id) => ({ id, rpcUrl: 'http://127.0.0.1:1' }));
  ledger = await createGrpcLedger({ chains: { chains }, env: { evmXpub } });
  api = await reflect(ledger.address, ledger.operatorKey);
  const { watch: _, ...withoutWatch } = golden;
  const well = { state: 'following', detail: null } as const;
  await report({ ...golden, quarantine: quarantine as ChainHeadV1['quarantine'] & object });
  await report({ ...withoutWatch, ...well, chain: OLDER });
  await report({ ...withoutWatch, ...well, chain: GONE });
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const operator = () => ({ authorization: `Bearer ${ledger.operatorKey}` });
const watches = async (query = '') =>
  (await ledger.request('GET', `${PATH}${query}`, { headers: operator() })).body;

async function report(change: Omit<ChainHeadV1, 'observedAt'>): Promise<void> {
  const observedAt = new Date().toISOString();
  await ledger.publishChainHead({ ...change, observedAt });
  await until(
    async () =>
      (await watches()).data.some(
        (it: { chain: string; observedAt: string }) =>
          it.chain === change.chain && it.observedAt === observedAt,
      ),
    { description: `The report on ${change.chain}` },
  );
}

it('shows an operator all that a watcher reports', async () => {
  const { data } = await watches(`?chain=${FULL}`);
  expect(data).toHaveLength(1);
  const { watch, ...chain } = data[0];
  expect(watch).toEqual(golden.watch);
  expect(chain).toMatchObject({
    ...{ chain: FULL, name: 'Ethereum', state: 'stalled', standsStill: true, lag: 0 },
    ...{ latest: 21543222, finalized: 21543150, detail: golden.detail },
    quarantine: [
      { number: '21543200', isGap: true, answers: [{ provider: 'one' }, { provider: 'two' }] },
      { number: '21543223', isGap: false, answers: [] },
    ],
  });
  expect(chain.problems).toEqual([
    `${FULL} is stalled: ${golden.detail}`,
    expect.stringContaining('See npx daybook watch block 21543200'),
  ]);
  expect(chain.warnings.join('\n')).toMatch(/Less was proven of 2 blocks/);
  expect(chain.warnings.join('\n')).toMatch(/The WebSocket of own-node announces nothing/);
});

it('shows chains with an older watcher, with none, and that left the chains file', async () => {
  const { data, nextCursor } = await watches();
  expect(nextCursor).toBeNull();
  const of = (id: string) => data.find(({ chain }: { chain: string }) => chain === id);
  expect(data.map(({ chain }: { chain: string }) => chain)).toEqual([
    FULL,
    OLDER,
    UNREPORTED,
    GONE,
  ]);
  expect(of(OLDER)).toMatchObject({ state: 'following', watch: null, problems: [], warnings: [] });
  expect(of(UNREPORTED)).toMatchObject({
    ...{ state: 'unwatched', standsStill: true, latest: null, observedAt: null, watch: null },
    problems: [expect.stringMatching(/^No watcher has reported eip155:56\. Start/)],
  });
  expect(of(GONE)).toMatchObject({ name: null, state: 'following' });
});

it('forgets the details when an older watcher reports after a newer one', async () => {
  const { watch: _, ...older } = golden;
  await report(older);
  expect((await watches(`?chain=${FULL}`)).data[0].watch).toBeNull();
  await report(golden);
  expect((await watches(`?chain=${FULL}`)).data[0].watch).toEqual(golden.watch);
});

it('answers the same over gRPC', async () => {
  const { answer, error } = await api.call(SERVICE, 'ListChainWatches', { chain: FULL });
  expect(error).toBeNull();
  const [shown] = answer.chain_watches as Record<string, unknown>[];
  expect(shown).toMatchObject({ chain: FULL, state: 'CHAIN_STATE_STALLED', latest: '21543222' });
  expect(shown?.watch).toMatchObject({
    gap_check: { from: '21000000', unscanned: '13' },
    providers: [{ name: 'own-node' }, { name: 'rented', budget: { calls_per_day: '100000' } }],
    reorgs: { count: 7, deepest: { depth: '3' } },
  });
});

it('names the chains there are when another is asked for', async () => {
  const path = `${PATH}?chain=eip155:5`;
  const { status, body } = await ledger.request('GET', path, { headers: operator() });
  expect([status, body.code]).toEqual([422, 'chain-unknown']);
  expect(body.detail).toBe(
    `eip155:5 is not watched here; there is ${[FULL, OLDER, UNREPORTED, GONE].join(', ')}.`,
  );
  const malformed = await ledger.request('GET', `${PATH}?chain=ether`, { headers: operator() });
  expect([malformed.status, malformed.body.code]).toEqual([400, 'validation-failed']);
});

describe('an account', () => {
  it('is refused on both edges', async () => {
    const { status, body } = await ledger.request('GET', PATH);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    const metadata = { authorization: `Bearer ${ledger.apiKey}` };
    const { error } = await api.call(SERVICE, 'ListChainWatches', {}, { metadata });
    expect(error && detailsOf(error).info.reason).toBe('forbidden');
  });

  it('hears that a chain is stalled, and nothing of providers or quarantine', async () => {
    const detail = 'rented: Block 101 (0xab) is in quarantine: A receipt is missing.';
    await report({ ...golden, detail });
    const { body } = await ledger.request('GET', '/v1/chains');
    const shown = body.data.find(({ chain }: { chain: string }) => chain === FULL);
    expect(shown).toMatchObject({ state: 'stalled', latest: 21543222 });
    expect(shown.detail).toMatch(/operators of Daybook can see why/);
    expect(JSON.stringify(body)).not.toMatch(/rented|own-node|quarantine/);
  });
});

it('calls a chain silent that no watcher has reported a minute after the start', async () => {
  const metrics = createMetrics('ledger');
  let now = Date.now();
  const monitoring = new Monitoring(
    metrics,
    () => ledger.app,
    100,
    () => now,
  );
  monitoring.start();
  const said = () => monitoring.checks.optional?.chains?.().then(() => '', messageOf);
  const age = async () => {
    const text = await metrics.registry.metrics();
    const pattern = `daybook_chain_head_age_seconds\\{chain="${UNREPORTED}".*} (\\d+)`;
    return Number(new RegExp(pattern).exec(text)?.[1]);
  };
  await until(async () => (await age()) === 0);
  expect(await said()).not.toContain(UNREPORTED);
  now += 61_000;
  expect(await said()).toContain(`${UNREPORTED} is silent: no watcher has reported it`);
  await until(async () => (await age()) === 61);
});

it('shows a chain as silent whose watcher has not reported for a minute', async () => {
  const observedAt = new Date(Date.now() - 90_000).toISOString();
  await ledger.publishChainHead({ ...golden, chain: UNREPORTED, state: 'following', observedAt });
  const { data } = await chainIn(`${PATH}?chain=${UNREPORTED}`, 'silent');
  expect(data[0]).toMatchObject({ standsStill: true });
  expect(data[0]?.problems[0]).toMatch(/has not reported for 9\d s/);
  const { body } = await ledger.request('GET', '/v1/chains');
  const shown = body.data.find(({ chain }: { chain: string }) => chain === UNREPORTED);
  expect(shown).toMatchObject({ state: 'silent', observedAt });
  expect(shown.detail).toContain(`has not reported since ${observedAt}`);
  const { answer } = await api.call(SERVICE, 'ListChainWatches', { chain: UNREPORTED });
  expect(answer.chain_watches).toMatchObject([{ state: 'CHAIN_STATE_SILENT' }]);
  const status = await ledger.request('GET', '/v1/operations/status', { headers: operator() });
  const chains: { chain: string; state: string }[] = status.body.chains;
  expect(chains.find(({ chain }) => chain === UNREPORTED)).toMatchObject({ state: 'silent' });

  const metrics = createMetrics('ledger');
  const monitoring = new Monitoring(metrics, () => ledger.app);
  monitoring.start();
  const said = () => monitoring.checks.optional?.chains?.().then(() => '', messageOf);
  await until(async () => (await said()) !== '');
  // Of the chains of the chains file, without what their watchers say.
  expect(await said()).toBe(
    `${FULL} is stalled: npx daybook chains list says why; ${UNREPORTED} is silent: its watcher does not report`,
  );
  let text = '';
  await until(async () => {
    text = await metrics.registry.metrics();
    return /daybook_consumer_waiting_seconds\{/.test(text);
  });
  const age = (chain: string) =>
    Number(
      new RegExp(`daybook_chain_head_age_seconds\\{chain="${chain}".*} (\\d+)`).exec(text)?.[1],
    );
  expect(age(UNREPORTED)).toBeGreaterThanOrEqual(90);
  expect(age(FULL)).toBeLessThan(60);
  expect(text).toMatch(/daybook_follow_lag_seconds\{projection="read-models".*} \d/);
  expect(text).toMatch(
    /daybook_consumer_waiting_seconds\{topic="daybook.chain-head.v1",group="ledger".*} \d/,
  );
  expect(text).toMatch(
    /daybook_consumer_lag_messages\{topic="daybook.chain-head.v1",group="ledger".*} \d/,
  );
});

async function chainIn(path: string, state: string) {
  let body: { data: { state: string; problems: string[] }[] } = { data: [] };
  await until(async () => {
    ({ body } = await ledger.request('GET', path, { headers: operator() }));
    return body.data[0]?.state === state;
  });
  return body;
}

it('parks a report with text that cannot be stored, and goes on with other chains', async () => {
  const [provider] = golden.watch.providers;
  const watch = { ...golden.watch, providers: [{ ...provider, detail: 'zero \0' }] };
  const observedAt = new Date().toISOString();
  const poison = JSON.stringify({ ...golden, watch, observedAt, chain: GONE });
  const log = ledger.watcherLog;
  await log.publish(TOPICS.chainHead, [{ id: 'poison', key: GONE, value: poison, headers: {} }]);
  await until(async () => (await log.parked(TOPICS.chainHead, 'ledger')).length > 0);
  expect(await log.parked(TOPICS.chainHead, 'ledger')).toMatchObject([{ key: GONE }]);
  await report({ ...golden, latest: golden.latest + 1 });
});
