import { CommandBus } from '@nestjs/cqrs';
import fc from 'fast-check';
import { until } from '../../../test/dependencies';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { RevokeApiKey } from '../src/edge/keys';
import { systemContext } from '../src/edge/request-context';
import { detailsOf } from './grpc-details';
import { flood, listAll, read } from './grpc-events';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const HEARTBEAT_MS = 100;
const OTHER_ACCOUNT = '3f1c0b54-1111-4222-8333-444455556666';
/** Streams of one account (`stream-slots.ts`). */
const PER_ACCOUNT_MAX = 16;
const FLOOD = 1_200;

let ledger: GrpcLedger;
let api: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE, heartbeatMs: HEARTBEAT_MS });
  api = await reflect(ledger.address, ledger.apiKey);
  known = await fill(ledger);
  // More than a page and more than a message, so that streams have parts.
  await flood(ledger.store, known.customerId, FLOOD, 'x'.repeat(800));
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const positionsOf = (events: readonly { position: string }[]) => events.map((e) => e.position);

async function replay(request: object = {}) {
  const reading = read(api, 'Replay', request);
  await reading.ended();
  expect(reading.error()).toBeNull();
  return reading;
}

describe('Replay', () => {
  it('sends every event in the order of the event log, and marks the end', async () => {
    const head = await ledger.store.head();
    const { messages, events } = await replay();
    const all = await listAll(ledger);
    expect(positionsOf(events())).toEqual(positionsOf(all));
    expect(all.length).toBeGreaterThan(FLOOD);
    expect(messages.length).toBeGreaterThan(3);
    expect(messages.map(({ complete }) => complete)).toEqual([
      ...Array(messages.length - 1).fill(false),
      true,
    ]);
    expect(messages.at(-1)?.position).toBe(String(head));
  });

  it('sends the events between two positions', async () => {
    const all = positionsOf(await listAll(ledger));
    const range = fc.tuple(fc.nat(all.length - 1), fc.nat(all.length - 1));
    const property = fc.asyncProperty(range, async (places) => {
      const [from = 0, to = 0] = [...places].sort((a, b) => a - b);
      const { messages, events } = await replay({ after: all[from], until: all[to] });
      expect(positionsOf(events())).toEqual(all.slice(from + 1, to + 1));
      expect(messages.at(-1)).toMatchObject({ complete: true, position: all[to] });
    });
    await fc.assert(property, { numRuns: 10, seed: 5 });
  });

  it('ends although the log goes on', async () => {
    const head = await ledger.store.head();
    const reading = read(api, 'Replay');
    await flood(ledger.store, known.customerId, 50, 'more');
    await reading.ended();
    expect(reading.messages.at(-1)?.complete).toBe(true);
    expect(BigInt(reading.messages.at(-1)?.position ?? 0)).toBeLessThanOrEqual(head + 50n);
  });

  it.each([
    [{ subject_kinds: ['purse'] }, ({ subject }: { subject: string }) => /^purse/.test(subject)],
    [{ types: ['CustomerCreated'] }, ({ type }: { type: string }) => type === 'CustomerCreated'],
    [
      { subject_kinds: ['customer', 'replenishment'], types: ['ReplenishmentConfirmed'] },
      ({ type }: { type: string }) => type === 'ReplenishmentConfirmed',
    ],
    [{ subject_kinds: ['purse'], types: ['CustomerCreated'] }, () => false],
  ])('tells what a filter lets through: %j', async (filter, passes) => {
    const { messages, events } = await replay({ filter });
    const wanted = (await listAll(ledger)).filter(passes);
    expect(positionsOf(events())).toEqual(positionsOf(wanted));
    expect(messages.at(-1)).toMatchObject({ complete: true });
  });
});

describe('Tail', () => {
  it('sends past and new events, and heartbeats', async () => {
    const reading = read(api, 'Tail');
    await reading.reaches(await ledger.store.head());
    expect(positionsOf(reading.events())).toEqual(positionsOf(await listAll(ledger)));
    const body = { externalId: `live-${reading.messages.length}` };
    const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
    await reading.reaches(BigInt(customer.position));
    expect(reading.events().at(-1)).toMatchObject({
      ...{ type: 'CustomerCreated', subject: `customer/${customer.id}` },
    });
    const told = reading.messages.length;
    await until(() => reading.messages.length >= told + 3, { timeoutMs: HEARTBEAT_MS * 30 });
    expect(reading.messages.at(-1)).toMatchObject({
      ...{ events: [], at_end: true, position: customer.position },
    });
    reading.stream.cancel();
    await reading.ended();
  });

  it('resumes at the position of the reader, without gaps or duplicates', async () => {
    const head = await ledger.store.head();
    const told: string[] = [];
    let after = '0';
    // The reader goes away after one, two, three ... messages.
    for (let patience = 1; BigInt(after) < head; patience += 1) {
      const reading = read(api, 'Tail', { after });
      await until(() => reading.messages.length >= patience);
      reading.stream.cancel();
      await reading.ended();
      const taken = reading.messages.slice(0, patience);
      told.push(...taken.flatMap(({ events }) => positionsOf(events)));
      after = taken.at(-1)?.position ?? after;
    }
    expect(told).toEqual(positionsOf(await listAll(ledger)));
  });

  it('moves on where a filter lets nothing through', async () => {
    const filter = { types: ['PurseArchived'] };
    const reading = read(api, 'Tail', { filter });
    await reading.reaches(await ledger.store.head());
    expect(reading.events()).toEqual([]);
    reading.stream.cancel();
  });

  it('ends when its key is revoked', async () => {
    const key = await ledger.issueKey({ scopes: ['read'] });
    const other = await reflect(ledger.address, key);
    const reading = read(other, 'Tail');
    await reading.reaches(1n);
    const keyId = key.split('_')[1] ?? '';
    const owner = { kind: 'account', id: DEFAULT_ACCOUNT_ID } as const;
    const request = { owner, keyId, reason: 'a test' };
    const revoke = new RevokeApiKey(systemContext(DEFAULT_ACCOUNT_ID), request);
    await ledger.app.get(CommandBus).execute(revoke);
    await until(() => reading.error() !== undefined, { timeoutMs: 15_000 });
    const error = reading.error();
    expect(error && detailsOf(error)).toMatchObject({
      ...{ code: 'UNAUTHENTICATED', info: { reason: 'unauthenticated' } },
    });
    other.close();
  });
});

describe('the streams of an account', () => {
  it('are bounded, harm no other account, and make room when they end', async () => {
    const open = Array.from({ length: PER_ACCOUNT_MAX }, () => read(api, 'Tail'));
    await Promise.all(open.map((reading) => reading.reaches(1n)));
    const beyond = read(api, 'Replay');
    await beyond.ended();
    const error = beyond.error();
    expect(error && detailsOf(error)).toMatchObject({
      ...{ code: 'RESOURCE_EXHAUSTED', info: { reason: 'too-many-streams' } },
    });
    expect(await ledger.metrics()).toMatch(/^daybook_grpc_streams(\{.*\})? 16$/m);
    const key = await ledger.issueKey({ scopes: ['read'], accountId: OTHER_ACCOUNT });
    const other = await reflect(ledger.address, key);
    const theirs = read(other, 'Replay');
    await theirs.ended();
    expect(theirs.error()).toBeNull();
    other.close();
    open.pop()?.stream.cancel();
    await until(async () => {
      const again = read(api, 'Replay');
      await again.ended();
      return again.error() === null;
    });
    for (const { stream } of open) stream.cancel();
    await until(async () => /^daybook_grpc_streams(\{.*\})? 0$/m.test(await ledger.metrics()));
  });
});

describe('an export', () => {
  it('sends over gRPC what it sends as lines over REST', async () => {
    const service = 'daybook.v1.TransactionService';
    const { answer, error } = await api.call(service, 'ExportTransactions', {});
    expect(error).toBeNull();
    const reply = await ledger.request('GET', '/v1/transactions/export');
    const lines: string[] = reply.body.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    const entries = answer.flatMap((message: { entries: { id: string }[] }) => message.entries);
    expect(entries.map(({ id }: { id: string }) => id)).toEqual(
      lines.map((line) => JSON.parse(line).id),
    );
    const last = answer.at(-1);
    expect([last.at_end ?? last.atEnd, last.position]).toEqual([
      true,
      reply.headers.get('daybook-position'),
    ]);
    const refused = await api.call(service, 'ExportTransactions', { asset: 'NOPE' });
    expect(detailsOf(refused.error as never).info).toMatchObject({ reason: 'asset-unknown' });
  });
});
