import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { type BreakableLine, breakableLine } from '../../../../test/breakable-line';
import { TEST_USERS, urlAs } from '../../../../test/database-users';
import { copyOf, type TestDatabase, until } from '../../../../test/dependencies';
import { migrate } from '../migrate';
import { ledgerDataSource } from '../runtime/data-source';
import type { AccountCaller } from './caller';
import { RequestQuotas } from './quotas';
import type { Quota } from './rate-limit';
import { SharedCounts } from './shared-counts';

let database: TestDatabase;
let line: BreakableLine;
let owner: DataSource;
const pools: DataSource[] = [];
const START = Date.parse('2026-11-30T12:00:00Z');
let now = START;

beforeAll(async () => {
  database = await copyOf('ledger', (url) => migrate(url, TEST_USERS));
  line = await breakableLine(database.url);
  owner = await ledgerDataSource(database.url).initialize();
});
afterAll(async () => {
  await Promise.all([owner, ...pools].map((pool) => pool.destroy()));
  await line.close();
  await database.drop();
});
beforeEach(() => {
  now = START;
  line.mend();
});

interface Process {
  readonly quotas: RequestQuotas;
  /** Requests that it counted for itself. */
  alone(): Promise<number>;
}

/** What a process of the ledger has, with a clock that the tests set. */
async function startProcess(waitMsMax = 30_000, clock = () => now): Promise<Process> {
  const pool = await ledgerDataSource(urlAs('api', line.url)).initialize();
  pools.push(pool);
  const registry = new Registry();
  const shared = new SharedCounts(pool);
  const standard = { requests: 1, windowSeconds: 60 };
  const quotas = { wallet: standard, financial: standard, standard };
  return {
    quotas: new RequestQuotas(quotas, shared, registry, clock, waitMsMax),
    async alone() {
      const metric = registry.getSingleMetric('daybook_quota_counted_alone_total');
      return (await metric?.get())?.values[0]?.value ?? 0;
    },
  };
}

let keys = 0;
/** A key of an account with this quota. */
function keyWith(standard: Quota): AccountCaller {
  keys += 1;
  const accountId = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
  return {
    kind: 'account',
    accountId,
    keyId: `key${keys}`,
    scopes: new Set(),
    quotas: { standard },
  };
}

async function isAdmitted({ quotas }: Process, caller: AccountCaller): Promise<boolean> {
  try {
    await quotas.take(caller, 'standard');
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'rate-limited' });
    return false;
  }
}

/** How many of these requests are let through, sent to the processes in turn, some at once. */
async function admitted(processes: readonly Process[], caller: AccountCaller, requests: number) {
  let count = 0;
  for (let sent = 0; sent < requests; ) {
    const atOnce = Math.min(37, requests - sent);
    const answers = Array.from({ length: atOnce }, (_, n) =>
      isAdmitted(processes[(sent + n) % processes.length] as Process, caller),
    );
    count += (await Promise.all(answers)).filter(Boolean).length;
    sent += atOnce;
    // As sockets do, so that answers of the database arrive.
    if (sent % 10 === 0) await turn();
  }
  return count;
}

describe('a quota of several processes', () => {
  it.each([1, 20, 100, 999, 1_000, 5_000, 40_000])(
    'is one quota: %d requests in each window',
    async (requests) => {
      const processes = await Promise.all([startProcess(), startProcess()]);
      const caller = keyWith({ requests, windowSeconds: 900 });
      const tried = Math.ceil(requests * 1.2) + 10;
      for (const window of [0, 1]) {
        now = START + window * 900_000;
        const count = await admitted(processes, caller, tried);
        expect(count).toBeLessThanOrEqual(requests);
        expect(count).toBeGreaterThanOrEqual(Math.floor(requests * 0.95));
        if (requests < 1_000) expect(count).toBe(requests);
        now = START + (window + 1) * 900_000 - 1;
        expect(await admitted(processes, caller, 10)).toBe(0);
      }
      expect(await Promise.all(processes.map((it) => it.alone()))).toEqual([0, 0]);
    },
  );

  it('stays one quota when one process has all the work and the others hold portions', async () => {
    const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);
    const caller = keyWith({ requests: 2_000, windowSeconds: 60 });
    expect(await admitted(processes, caller, 30)).toBe(30);
    const [busy] = processes as [Process, ...Process[]];
    const count = 30 + (await admitted([busy], caller, 3_000));
    expect(count).toBeLessThanOrEqual(2_000);
    expect(count).toBeGreaterThanOrEqual(1_900);
  });

  it('allows one quota in a window of processes whose clocks differ', async () => {
    const behind = await startProcess(30_000, () => now);
    const ahead = await startProcess(30_000, () => now + 1_500);
    const caller = keyWith({ requests: 50, windowSeconds: 60 });
    expect(await admitted([behind], caller, 30)).toBe(30);
    expect(await admitted([behind, ahead], caller, 100)).toBe(20);
    // The one that is ahead ends the window by its clock; the other one takes part in the next.
    now = START + 58_500;
    expect(await admitted([ahead], caller, 30)).toBe(30);
    now = START + 60_000;
    expect(await admitted([behind, ahead], caller, 100)).toBe(20);
  });

  it('begins a window anew that a clock far ahead has begun', async () => {
    const wrong = await startProcess(30_000, () => now + 86_400_000);
    const right = await startProcess();
    const caller = keyWith({ requests: 5, windowSeconds: 60 });
    expect(await admitted([wrong], caller, 9)).toBe(5);
    expect(await admitted([right], caller, 9)).toBe(5);
  });

  it('follows a policy that is changed within the window', async () => {
    const process = await startProcess();
    const caller = keyWith({ requests: 5, windowSeconds: 60 });
    expect(await admitted([process], caller, 9)).toBe(5);
    const raised = { ...caller, quotas: { standard: { requests: 8, windowSeconds: 60 } } };
    expect(await admitted([process], raised, 9)).toBe(3);
    expect(await admitted([process], caller, 9)).toBe(0);
  });

  it('counts each tier and each key apart', async () => {
    const process = await startProcess();
    const one = { requests: 1, windowSeconds: 60 };
    const caller = { ...keyWith(one), quotas: { wallet: one, financial: one, standard: one } };
    for (const tier of ['wallet', 'financial', 'standard'] as const) {
      const headers = await process.quotas.take(caller, tier);
      expect(headers).toEqual({
        'ratelimit-policy': `"${tier}";q=1;w=60`,
        ratelimit: `"${tier}";r=0;t=60`,
      });
      await expect(async () => process.quotas.take(caller, tier)).rejects.toThrow(tier);
    }
    expect(await isAdmitted(process, keyWith(one))).toBe(true);
  });

  it('asks the database for a portion only, and answers from memory in between', async () => {
    const process = await startProcess();
    const caller = keyWith({ requests: 1_000_000, windowSeconds: 60 });
    const first = process.quotas.take(caller, 'standard');
    expect(first).toBeInstanceOf(Promise);
    await first;
    const used = async () => {
      const sql = 'SELECT used FROM ledger.quota_window WHERE name LIKE $1';
      return Number((await owner.query(sql, [`% ${caller.keyId}`]))[0]?.used);
    };
    for (let n = 0; n < 1_000; n++) {
      expect(process.quotas.take(caller, 'standard')).not.toBeInstanceOf(Promise);
    }
    expect(await used()).toBe(2_501);
  });
});

describe('without the database', () => {
  it('each process allows one quota, and counts what it allowed alone', async () => {
    const processes = await Promise.all([startProcess(), startProcess()]);
    const caller = keyWith({ requests: 40, windowSeconds: 60 });
    expect(await admitted(processes, caller, 10)).toBe(10);
    line.cut();
    const [a, b] = processes as [Process, Process];
    expect(await admitted([a], caller, 100)).toBe(35);
    expect(await admitted([b], caller, 100)).toBe(35);
    expect([await a.alone(), await b.alone()]).toEqual([35, 35]);
    line.mend();
    // The shared count learns of them, so nothing is left in this window.
    const used = async () => {
      await isAdmitted(a, caller);
      await isAdmitted(b, caller);
      const sql = 'SELECT used FROM ledger.quota_window WHERE name LIKE $1';
      return Number((await owner.query(sql, [`% ${caller.keyId}`]))[0]?.used ?? 0);
    };
    const other = keyWith({ requests: 1_000, windowSeconds: 60 });
    await until(
      async () => {
        await Promise.all([isAdmitted(a, other), isAdmitted(b, other)]);
        return (await used()) === 40;
      },
      { description: 'The shared count of what was let through alone' },
    );
    expect(await admitted([await startProcess()], caller, 10)).toBe(0);
    now = START + 60_000;
    expect(await admitted(processes, caller, 100)).toBe(40);
  });

  it('no request waits longer than the limit for a count that is slow', async () => {
    const process = await startProcess(50);
    const caller = keyWith({ requests: 10, windowSeconds: 60 });
    expect(await admitted([process], caller, 1)).toBe(1);
    const blocking = owner.createQueryRunner();
    await blocking.startTransaction();
    await blocking.query('LOCK TABLE ledger.quota_window IN EXCLUSIVE MODE');
    const begun = performance.now();
    expect(await admitted([process], caller, 1)).toBe(1);
    const first = performance.now() - begun;
    expect(first).toBeGreaterThanOrEqual(45);
    expect(first).toBeLessThan(2_000);
    // From now on it is known to be slow: nobody waits.
    for (let n = 0; n < 8; n++) {
      expect(process.quotas.take(caller, 'standard')).not.toBeInstanceOf(Promise);
    }
    expect(await process.alone()).toBe(9);
    expect(await isAdmitted(process, caller)).toBe(false);
    await blocking.rollbackTransaction();
    await blocking.release();
  });
});

it('deletes ended windows', async () => {
  const process = await startProcess();
  const [ended, other] = [1, 2].map(() => keyWith({ requests: 10, windowSeconds: 60 }));
  const names = async () => {
    const rows = await owner.query<{ name: string }[]>('SELECT name FROM ledger.quota_window');
    return rows.map(({ name }) => name.split(' ').at(-1));
  };
  await isAdmitted(process, ended as AccountCaller);
  expect(await names()).toContain(ended?.keyId);
  now = START + 3_600_000;
  await isAdmitted(process, other as AccountCaller);
  expect(await names()).toEqual([other?.keyId]);
});
