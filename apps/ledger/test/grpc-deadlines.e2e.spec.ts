import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { QueryBus } from '@nestjs/cqrs';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { GetCustomer } from '../src/customers/get-customers';
import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger, type GrpcPort, openGrpcPort } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const CUSTOMERS = 'daybook.v1.CustomerService';
/** A thousand a second. */
const MS_PER_CALL = 1;
const CALLS_PER_TICK_MAX = 10;
const DEADLINE_MS = 50;
/** Reads that work at once (`admission-control.ts`). */
const WORKING_MAX = 10;
const CALLS_MAX = 200;
/** More than a connection may reset unless Node is told otherwise, which old ones cannot be. */
const CALLS = Number(process.versions.node.split('.')[0]) >= 24 ? 1_500 : 800;

let ledger: GrpcLedger;
let api: Reflected;
let customerId: string;
let started = 0;

beforeAll(async () => {
  ledger = await createGrpcLedger();
  api = await reflect(ledger.address, ledger.apiKey);
  const { answer } = await api.call(CUSTOMERS, 'CreateCustomer', { external_id: 'ann' });
  customerId = answer.customer.id;
  await api.call(CUSTOMERS, 'GetCustomer', {
    ...{ customer_id: customerId, min_position: answer.position },
  });
  ledger.app.get(QueryBus).subscribe((query) => {
    if (query instanceof GetCustomer) started += 1;
  });
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const get = (timeoutMs: number, by = api) =>
  by.call(CUSTOMERS, 'GetCustomer', { customer_id: customerId }, { timeoutMs });

/** While it is held, nothing can be read of customers. */
async function holdCustomers(): Promise<{ release(): Promise<void> }> {
  const client = new Client({ connectionString: ledger.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN; LOCK TABLE ledger.customer IN ACCESS EXCLUSIVE MODE');
  return { release: () => client.end() };
}

async function turnedAway(port: GrpcPort, ...reasons: readonly string[]): Promise<number> {
  const text = await port.metrics();
  return reasons.reduce((sum, reason) => {
    const line = new RegExp(
      `^daybook_grpc_calls_turned_away_total\\{reason="${reason}".*\\} (\\d+)$`,
      'm',
    );
    return sum + Number(line.exec(text)?.[1] ?? 0);
  }, 0);
}

interface Answered {
  /** How many calls ended how. */
  readonly codes: Record<string, number>;
  /** From the last call to the last answer. */
  readonly lastMs: number;
}

/**
 * Calls at a steady pace, whether or not the ones before were answered. A process that was held up, which
 * is the server's too, makes up for nothing: what it has missed would come as a burst of another rate.
 */
async function load(calls: number, timeoutMs: number): Promise<Answered> {
  const answers: ReturnType<typeof get>[] = [];
  for (let at = performance.now(); answers.length < calls; await sleep(1)) {
    const now = performance.now();
    const due = Math.min((now - at) / MS_PER_CALL, CALLS_PER_TICK_MAX, calls - answers.length);
    at = now - (due % 1) * MS_PER_CALL;
    for (let n = Math.floor(due); n > 0; n--) answers.push(get(timeoutMs));
  }
  const sentAt = performance.now();
  const codes: Record<string, number> = {};
  for (const { error } of await Promise.all(answers)) {
    const code = status[error?.code ?? status.OK] ?? '';
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return { codes, lastMs: performance.now() - sentAt };
}

describe('while reads stand still', () => {
  it('calls whose readers have gone are never worked on', async () => {
    started = 0;
    const held = await holdCustomers();
    const { codes, lastMs } = await load(CALLS, DEADLINE_MS).catch(async (error) => {
      await held.release();
      throw error;
    });
    const before = started;
    // Not all: on a busy machine some are given up before they were sent.
    const areCounted = async () =>
      (await turnedAway(ledger, 'deadline', 'cancelled')) > CALLS / 2 - WORKING_MAX;
    await until(areCounted, { description: 'The count of who was turned away' }).finally(() =>
      held.release(),
    );
    expect(codes).toEqual({ DEADLINE_EXCEEDED: CALLS });
    // Nobody waited longer than they wanted to, and a busy machine may add.
    expect(lastMs).toBeLessThan(DEADLINE_MS + 1_950);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(WORKING_MAX);
    const { error } = await get(2_000);
    expect(error).toBeNull();
    expect(started).toBe(before + 1);
    const states = async () => (await ledger.metrics()).match(/^daybook_grpc_calls\{.*\} \d+$/gm);
    await until(async () => (await states())?.every((line) => line.endsWith(' 0')) ?? false, {
      description: 'Nothing under way',
    });
  });

  it('calls beyond what a process holds are turned away at once', async () => {
    const admission = { callsMax: CALLS_MAX, callsPerKeyMax: CALLS_MAX };
    const small = await openGrpcPort(ledger, { admission });
    const there = await reflect(small.address, ledger.apiKey);
    const held = await holdCustomers();
    const waiting = Array.from({ length: CALLS_MAX }, () => get(8_000, there));
    const waits = async () =>
      Number(/grpc_calls\{state="waiting".*\} (\d+)/.exec(await small.metrics())?.[1]);
    await until(async () => (await waits()) === CALLS_MAX - WORKING_MAX);
    const begun = performance.now();
    const { error } = await get(8_000, there);
    expect(performance.now() - begun).toBeLessThan(2_000);
    if (error === null) throw new Error('The call was answered.');
    expect(detailsOf(error)).toMatchObject({
      ...{ code: 'UNAVAILABLE', info: { reason: 'overloaded' }, retrySeconds: '1' },
    });
    expect(await turnedAway(small, 'overloaded')).toBe(1);
    await held.release();
    const errors = (await Promise.all(waiting)).map((call) => call.error);
    expect(errors).toEqual(Array(CALLS_MAX).fill(null));
    there.close();
    await small.grpc.close();
  });
});

it('a call without a deadline has one all the same', async () => {
  const held = await holdCustomers();
  const begun = performance.now();
  const { error } = await api.call(
    ...([CUSTOMERS, 'GetCustomer', { customer_id: customerId }] as const),
    { timeoutMs: Number.POSITIVE_INFINITY },
  );
  expect(error && detailsOf(error)).toMatchObject({
    ...{ code: 'DEADLINE_EXCEEDED', info: { reason: 'timeout' } },
  });
  expect(performance.now() - begun).toBeLessThan(15_000);
  await held.release();
});
