import { DomainError, keyClaim } from '@daybook/domain';
import { InMemoryEventStore } from '../testing/in-memory-event-store';
import { aCommand, type JarCommand, jar } from '../testing/jar';
import { rejection } from '../testing/store-under-test';
import { claimStream } from './claims';
import { decideAndAppend } from './decide-and-append';
import { IdempotencyKeyReused, streamState } from './decision';
import { type AppendRequest, type EventStore, OutcomeUnknown } from './event-store';

const put = (coins = 5) => ({ type: 'Put', coins }) as const;
const take = { type: 'Take', coins: 2 } as const;
const trim = { type: 'Trim', coins: 9 } as const;
const stream = 'jar-1';
const commandId = '2f0f5c1e-9d7b-5a64-8b1c-7e6d5c4b3a29';

let log: InMemoryEventStore;
beforeEach(() => {
  log = new InMemoryEventStore();
});

const anotherProcess = (): InMemoryEventStore => new Proxy(log, {});

interface Sent {
  readonly stream?: string;
  readonly request?: string;
  readonly store?: EventStore;
  /** Whether the edge saw the key used before. */
  readonly isNew?: boolean;
  readonly likelyNew?: boolean;
}

/** A command of a client that sent the key. */
function send(command: JarCommand, sent: Sent = {}) {
  const { store = log, request = 'first', isNew = false, likelyNew = false } = sent;
  const claim = { request, fingerprint: request, isNew };
  const asked = { ...aCommand(command, { stream: sent.stream ?? stream, commandId }), claim };
  return decideAndAppend(store, { ...asked, decider: jar, likelyNew });
}

const claimed = async () => streamState(keyClaim, await log.readStream(claimStream(commandId)));
const types = async () =>
  (await log.readAll({ after: 0n, limit: 100 })).events.map(({ stream: of }) => of);

describe.each([
  ['known to be free', { isNew: true, likelyNew: true }],
  ['looked up', {}],
])('a command with a key that was %s', (_, known) => {
  it('claims the key with its effect, which answers every repeat', async () => {
    const first = await send(put(), known);
    expect(first).toMatchObject({ outcome: 'appended', position: 2n, state: { coins: 5 } });
    expect(await types()).toEqual([claimStream(commandId), stream]);
    await decideAndAppend(log, { ...aCommand(put(9), { stream }), decider: jar });
    for (const again of [await send(put(), known), await send(put(), { store: anotherProcess() })])
      expect(again).toEqual({ ...first, outcome: 'replayed' });
  });

  it('is refused when another request has the key, on any stream, and writes nothing', async () => {
    await send(put());
    const head = await log.head();
    for (const other of [{ stream }, { stream: 'jar-2' }]) {
      const reused = await rejection(send(put(1), { ...known, ...other, request: 'second' }));
      expect(reused).toBeInstanceOf(IdempotencyKeyReused);
    }
    expect(await log.head()).toBe(head);
  });

  it('claims nothing when it is refused, so that the request can be mended', async () => {
    expect(await rejection(send(take, known))).toBeInstanceOf(DomainError);
    expect(await log.head()).toBe(0n);
    expect(await send(put(), { ...known, request: 'mended' })).toMatchObject({
      outcome: 'appended',
    });
  });

  it('claims the key when it changes nothing, and answers as the first time whatever came since', async () => {
    await decideAndAppend(log, { ...aCommand(put(), { stream }), decider: jar });
    const first = await send(trim, known);
    expect(first).toMatchObject({ outcome: 'unchanged', revision: 0n, position: 1n, events: [] });
    expect(await claimed()).toMatchObject({
      state: { request: 'first', unchanged: { [stream]: '0' } },
    });
    await decideAndAppend(log, { ...aCommand(put(50), { stream }), decider: jar });
    const head = await log.head();
    expect(await send(trim, known)).toEqual({ ...first, outcome: 'replayed' });
    expect(await rejection(send(put(), { ...known, request: 'second' }))).toBeInstanceOf(
      IdempotencyKeyReused,
    );
    expect(await log.head()).toBe(head);
  });

  it('is one request on several streams, whatever it does on each', async () => {
    await decideAndAppend(log, { ...aCommand(put(), { stream }), decider: jar });
    const all = async () => [
      await send(trim, known),
      await send(put(3), { ...known, stream: 'jar-2' }),
      await send(trim, { ...known, stream: 'jar-3' }),
    ];
    const first = await all();
    expect(first.map(({ outcome }) => outcome)).toEqual(['unchanged', 'appended', 'unchanged']);
    const head = await log.head();
    expect(await all()).toEqual(first.map((result) => ({ ...result, outcome: 'replayed' })));
    expect(await log.head()).toBe(head);
  });

  it.each(['request-lost', 'answer-lost'] as const)('counts once when the %s', async (fault) => {
    log.faults.push(fault, 'unreachable', fault);
    expect(await send(put(), known)).toMatchObject({ state: { coins: 5 } });
    expect(await types()).toEqual([claimStream(commandId), stream]);
  });

  it('has one effect, however many processes get it at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 24 }, () => send(put(), { ...known, store: anotherProcess() })),
    );
    expect(all.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
    expect(new Set(all.map(({ position }) => position))).toEqual(new Set([2n]));
    expect(await types()).toHaveLength(2);
  });

  it('is carried out by one of two requests that race for the key in two processes', async () => {
    const both = await Promise.allSettled([
      send(put(1), { ...known, stream: 'jar-a', request: 'a', store: anotherProcess() }),
      send(put(2), { ...known, stream: 'jar-b', request: 'b', store: anotherProcess() }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await types()).toHaveLength(2);
  });
});

it('changes nothing again when another process found so after the key was looked up', async () => {
  await decideAndAppend(log, { ...aCommand(put(), { stream }), decider: jar });
  const first = await send(trim);
  await decideAndAppend(log, { ...aCommand(put(50), { stream }), decider: jar });
  expect(await send(trim, { isNew: true })).toEqual({ ...first, outcome: 'replayed' });
});

/** An engine without a commit for both, which crashes after the claim. */
class CrashingStore extends InMemoryEventStore {
  state: 'crashing' | 'healthy' = 'crashing';

  override async appendMany(requests: readonly AppendRequest[]) {
    if (this.state === 'healthy') return super.appendMany(requests);
    const claims = requests.map(({ claim, ...request }) =>
      claim === undefined ? request : { ...claim, expected: 'no-stream' as const },
    );
    await super.appendMany(claims);
    return requests.map((request) => new OutcomeUnknown(request.stream));
  }
}

describe('a claim that a crash left without its effect', () => {
  let store: CrashingStore;
  beforeEach(async () => {
    // Each look at the clock is a long second, so the patience ends after a few attempts.
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 2_000));
    store = new CrashingStore();
    log = store;
    expect(await rejection(send(put(), { store }))).toBeInstanceOf(OutcomeUnknown);
    clock.mockRestore();
    store.state = 'healthy';
    expect(await types()).toEqual([claimStream(commandId)]);
  });

  it('refuses another request', async () => {
    const other = rejection(send(put(1), { stream: 'jar-2', request: 'second', store }));
    expect(await other).toBeInstanceOf(IdempotencyKeyReused);
  });

  it.each([true, false])('is completed by the same request, taken for new: %s', async (isNew) => {
    const completed = await send(put(), { store, isNew });
    expect(completed).toMatchObject({ outcome: 'appended', state: { coins: 5 } });
    expect(await send(put(), { store })).toEqual({ ...completed, outcome: 'replayed' });
    expect(await types()).toEqual([claimStream(commandId), stream]);
  });
});

it('takes a request from before there were claims for what it was', async () => {
  const old = aCommand(put(), { stream, commandId, fingerprint: 'first' });
  await decideAndAppend(log, { ...old, decider: jar });
  expect(await send(put())).toMatchObject({ outcome: 'replayed', position: 1n });
  expect(await rejection(send(put(), { request: 'second' }))).toBeInstanceOf(IdempotencyKeyReused);
});
