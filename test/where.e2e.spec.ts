import { randomUUID } from 'node:crypto';
import { upcast } from '@daybook/domain';
import { eventsOf } from '@daybook/event-store';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HDNodeWallet } from 'ethers';
import { pino } from 'pino';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { WatcherEnv } from '../apps/chain-watcher/src/watcher.env';
import { WatcherModule } from '../apps/chain-watcher/src/watcher.module';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../apps/chain-watcher/testing/local-chain';
import usdtLike from './contracts/UsdtLike.json';
import { until } from './dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from './ledger-harness';
import { type Found, ledgerViews } from './ledger-views';

const PHRASE = 'test test test test test test test test test test test junk';
const PURSES = HDNodeWallet.fromPhrase(PHRASE, '', "m/44'/60'/1'").neuter().extendedKey;
const purseWallet = (path: string) => HDNodeWallet.fromPhrase(PHRASE, '', `m/44'/60'/1'/${path}`);
const DEPTH = 3;
/** Of each kind of transaction so many are sent. */
const ROUNDS = 2;
const STRANGER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const OTHER_STRANGER = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

/** What a movement must be answered with. */
interface Expected {
  readonly kind: string;
  readonly hash: string;
  readonly status: string;
  /** Direction, status of the replenishment and reason of each movement; null for each that is absent. */
  readonly movements: readonly (readonly [string | null, string | null, string | null])[];
}

/** "Where is this transaction?", through both apps and a real chain. */
describe('where a transaction is', () => {
  let chain: LocalChain;
  let ledger: TestLedger;
  let second: TestLedger;
  let watcher: NestFastifyApplication | null = null;
  let otherKey: string;
  let bystanderKey: string;
  let fake: string;
  let before: string;
  const { customer, shows, matched } = ledgerViews(() => ledger);

  beforeAll(async () => {
    chain = await startLocalChain();
    const bytes = 10n ** 30n;
    const deployed = await chain.send({
      data: usdtLike.bytecode + bytes.toString(16).padStart(64, '0'),
    });
    before = deployed.hash;
    await chain.mine();
    const receipt = (await chain.rpc('eth_getTransactionReceipt', deployed.hash)) as {
      contractAddress: string;
    };
    fake = receipt.contractAddress;
    const chains = {
      chains: [
        {
          ...{ id: CHAIN, name: 'Local', rpcUrl: chain.anvil.url, blockTimeMs: null },
          ...{ wsUrl: chain.anvil.wsUrl, reorgWindow: 32 },
          finality: { kind: 'depth', confirmations: DEPTH },
          assets: [
            { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1000' },
            {
              ...{ id: `${CHAIN}/erc20:${chain.usdt}`, currency: 'USDT_LOCAL' },
              ...{ decimals: 6, minimum: '1000', finality: { kind: 'tag', tag: 'finalized' } },
            },
          ],
        },
      ],
    };
    ledger = await createLedgerForTest({ env: { evmXpub: PURSES }, chains });
    await migrateWatcher(ledger.databaseUrl, 'postgres');
    const accountKey = () =>
      ledger.issueKey({ scopes: ['read', 'write'], accountId: randomUUID() });
    [otherKey, bystanderKey] = [await accountKey(), await accountKey()];
    // Shares nothing with the first but the database, as another process.
    second = await createLedgerForTest({
      ...{ beside: ledger, chains },
      env: { evmXpub: PURSES, roles: 'api' },
    });
    await startWatcher();
  });

  afterAll(async () => {
    await Promise.all([watcher?.close(), second.close()]);
    await ledger.close();
    await chain.stop();
  });

  async function startWatcher(): Promise<void> {
    const env = Object.assign(new WatcherEnv(), {
      databaseUrl: ledger.databaseUrl,
      chainsFile: ledger.chainsFile,
      watcherPollMs: 50,
    });
    const app = await NestFactory.create<NestFastifyApplication>(
      await WatcherModule.forRoot(env, pino({ level: 'silent' })),
      new FastifyAdapter(),
      { logger: false },
    );
    await app.listen(0, '127.0.0.1');
    watcher = app;
    await isMatched();
  }

  async function isMatched(): Promise<void> {
    const height = await chain.height();
    await until(async () => (await matched(CHAIN)) === height, {
      ...{ timeoutMs: 20_000, description: 'The watcher at the head' },
    });
  }

  const pathOf = (hash: string) => `/v1/chains/${CHAIN}/transactions/${hash}`;
  const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const where = (hash: string, key = ledger.apiKey): Promise<Reply> =>
    ledger.request('GET', pathOf(hash), as(key));

  async function mine(blocks = 1): Promise<void> {
    await chain.mine(blocks);
    await isMatched();
  }

  /** The ledger remembers the head for a moment, so it shows a new one a little later than its list of chains. */
  async function showsHead(hash: string, key = ledger.apiKey): Promise<void> {
    const height = await chain.height();
    const isShown = async () => {
      const { block, confirmations } = (await where(hash, key)).body;
      return confirmations.current === height - block.number + 1;
    };
    await until(isShown, {
      timeoutMs: 20_000,
      description: 'An answer that counts the last block',
    });
  }

  /** A new purse of an account. */
  async function purseOf(key: string): Promise<{ id: string; address: string }> {
    const { body } = await ledger.request('POST', '/v1/customers', {
      ...as(key),
      body: { externalId: randomUUID(), families: ['evm'] },
    });
    return body.purses[0];
  }

  /** Where the key of a purse is below the account key, as those who sign read it from an export. */
  async function pathOfPurse(address: string): Promise<string> {
    for await (const { events } of eventsOf(ledger.store, ['purse'])) {
      for (const event of events.map(upcast)) {
        if (event.type !== 'PurseMinted' || event.data.address !== address.toLowerCase()) continue;
        return `${event.data.derivation.branch}/${event.data.derivation.index}`;
      }
    }
    throw new Error(`${address} is of no purse.`);
  }

  /** Sends from a purse, whose keys Daybook does not have. */
  async function sendFrom(from: string, to: string, nonce: number): Promise<string> {
    const raw = await purseWallet(await pathOfPurse(from)).signTransaction({
      ...{ chainId: 31337, nonce, gasLimit: 21_000n, gasPrice: 10n ** 10n, to },
      value: 10n ** 17n,
    });
    return (await chain.rpc('eth_sendRawTransaction', raw)) as string;
  }

  /** The movements of an answer in the words of `Expected`. */
  const movementsOf = (body: Found) =>
    body.movements.map((movement: Found) => [
      ...[movement.direction, movement.replenishmentStatus, movement.reason],
    ]);

  /** An answer without what differs between any two transactions: hash, block, addresses. */
  function withoutNames(body: Found): string {
    return JSON.stringify(body).replaceAll(
      /0x[0-9a-fA-F]{40,64}|"(number|current)":\d+|"time":"[^"]+"/g,
      '',
    );
  }

  it('says of transactions of every kind where they are, and nothing to others', async () => {
    const [ann, bob] = [await customer(), await customer()];
    const theirs = (await purseOf(otherKey)).address;
    const archived = await purseOf(ledger.apiKey);
    await ledger.request('POST', `/v1/purses/${archived.id}/archive`, {
      body: { reason: 'a test' },
    });
    const watched = async () => {
      const all = await ledger.request('GET', '/v1/purses');
      const others = await ledger.request('GET', '/v1/purses', as(otherKey));
      return [...all.body.data, ...others.body.data].every((each: Found) =>
        each.watch.every((on: Found) => on.watched),
      );
    };
    await until(watched, { description: 'The watched purses' });
    const all: Expected[] = [];
    const none = ['included', [[null, null, 'not-yours']]] as const;
    async function add(
      kind: string,
      sent: Promise<{ readonly hash: string } | string>,
      [status, movements]: readonly [string, Expected['movements']],
    ): Promise<void> {
      const is = await sent;
      all.push({ kind, hash: typeof is === 'string' ? is : is.hash, status, movements });
    }
    const confirmed = [['in', 'confirmed', null]] as const;
    for (let n = 0; n < ROUNDS; n++) {
      const amount = 5_000n + BigInt(n);
      const wei = 10n ** 18n + BigInt(n);
      await add('coin in', chain.send({ to: ann.address, value: wei }), ['included', confirmed]);
      await add('to a stranger', chain.send({ to: STRANGER, value: wei }), none);
      await add("to another's purse", chain.send({ to: theirs, value: wei }), none);
      await add('token, waits for its tag', chain.send(chain.payUsdt(bob.address, amount)), [
        ...(['included', [['in', 'detected', null]]] as const),
      ]);
      const little = { to: ann.address, value: 1n + BigInt(n) };
      await add('below the minimum', chain.send(little), [
        ...(['included', [['in', 'held', 'below-minimum']]] as const),
      ]);
      await add('zero', chain.send(chain.payUsdt(ann.address, 0n)), [
        ...(['included', [['in', 'rejected', 'zero-value']]] as const),
      ]);
      await add('unknown token', chain.send({ ...chain.payUsdt(ann.address, amount), to: fake }), [
        ...(['included', [['in', 'rejected', 'unknown-token']]] as const),
      ]);
      await add('collectible', chain.send(chain.mintNft(ann.address, BigInt(n))), [
        ...(['included', [['in', 'rejected', 'not-fungible']]] as const),
      ]);
      await add('failed', chain.send(chain.payUsdt(ann.address, 10n ** 31n)), [
        ...(['failed', [['in', 'rejected', 'transaction-failed']]] as const),
      ]);
      await add(
        'several at once',
        chain.send(chain.batchUsdt([ann.address, theirs, STRANGER], [amount, amount, amount])),
        [
          'included',
          [
            ['in', 'detected', null],
            [null, null, 'not-yours'],
            [null, null, 'not-yours'],
          ],
        ],
      );
      await add('to an archived purse', chain.send({ to: archived.address, value: wei }), [
        ...(['included', [['in', 'held', 'purse-archived']]] as const),
      ]);
      await add('nothing moved', chain.send({ to: STRANGER, value: 0n }), ['included', []]);
    }
    // A block has place for fifteen of them.
    await mine(3);
    await add('out of a purse', sendFrom(ann.address, STRANGER, 0), [
      ...(['included', [['out', null, 'outgoing']]] as const),
    ]);
    await add('between purses', sendFrom(ann.address, bob.address, 1), [
      ...(['included', [['internal', 'rejected', 'internal']]] as const),
    ]);
    await mine(DEPTH + 1);
    await add('pending', chain.send({ to: bob.address, value: 10n ** 18n }), [
      ...(['pending', [['in', 'seen', null]]] as const),
    ]);
    await add('unknown', Promise.resolve(`0x${'5c'.repeat(32)}`), ['unknown', []]);
    await add('a contract, before the watch began', Promise.resolve(before), none);
    const settled = async () => {
      const list = `/v1/replenishments?customerId=${ann.id}&limit=100`;
      const { data } = (await ledger.request('GET', list)).body;
      const ended = data.filter(({ status }: Found) => /confirmed|held|rejected/.test(status));
      return data.length === 7 * ROUNDS && ended.length === 6 * ROUNDS;
    };
    await until(settled, { timeoutMs: 20_000, description: 'The replenishments' });
    await until(async () => (await matched(CHAIN)) === (await chain.height()));
    expect(new Set(all.map(({ kind }) => kind)).size).toBe(17);

    const answers = new Map<string, Found>();
    for (const { kind, hash, status, movements } of all) {
      const { status: http, headers, body } = await where(hash);
      expect([kind, http, headers.get('retry-after')]).toEqual([kind, 200, null]);
      expect([kind, body.status, movementsOf(body)]).toEqual([kind, status, movements]);
      expect(body).toMatchObject({
        chain: CHAIN,
        hash,
        movementsLeft: 0,
        retryAfterSeconds: null,
      });
      answers.set(kind, body);
    }
    const head = await chain.height();
    const confirmationsOf = ({ block }: Found) => head - block.number + 1;
    expect(answers.get('coin in')).toMatchObject({
      confirmations: { required: DEPTH, policy: `depth:${DEPTH}` },
      movements: [
        {
          ordinal: 'value:0',
          to: ann.address,
          money: { currency: 'ETH_LOCAL', baseUnits: String(10n ** 18n + BigInt(ROUNDS - 1)) },
          confirmations: { current: confirmationsOf(answers.get('coin in')), required: DEPTH },
        },
      ],
    });
    const [token] = answers.get('token, waits for its tag').movements;
    expect(token.confirmations).toEqual({
      ...{ current: confirmationsOf(answers.get('token, waits for its tag')), required: null },
      policy: 'tag:finalized',
    });
    const found = await ledger.request('GET', `/v1/replenishments/${token.replenishmentId}`);
    expect(found.body.confirmations).toEqual(token.confirmations);
    expect(answers.get('pending').confirmations).toBeNull();

    // Another account, with and without purses: what concerns others is all the same.
    const isDifferent: string[] = [];
    for (const { kind, hash } of all) {
      const [other, bystander] = [await where(hash, otherKey), await where(hash, bystanderKey)];
      const isTheirs = kind === "to another's purse" || kind === 'several at once';
      if (!isTheirs) expect([kind, other.body]).toEqual([kind, bystander.body]);
      else isDifferent.push(kind);
      for (const { purseId, replenishmentId } of answers.get(kind)?.movements ?? []) {
        const ids = [purseId, replenishmentId].filter((id) => id !== null);
        for (const id of ids) expect(JSON.stringify(other.body)).not.toContain(id);
      }
      for (const { direction, reason, purseId, replenishmentId } of bystander.body.movements) {
        expect([kind, direction, reason, purseId, replenishmentId]).toEqual([
          ...[kind, null, 'not-yours', null, null],
        ]);
      }
      // A pending transaction shows what the account's own purse is paid, and nothing to others.
      if (kind === 'pending') expect(bystander.body.movements).toEqual([]);
      const isSameShape = kind === 'coin in' || kind === "to another's purse";
      if (isSameShape) {
        const toStranger = all.filter((each) => each.kind === 'to a stranger');
        const nth = all
          .filter((each) => each.kind === kind)
          .findIndex((each) => each.hash === hash);
        const stranger = await where(toStranger[nth]?.hash ?? '', bystanderKey);
        expect(withoutNames(bystander.body)).toBe(withoutNames(stranger.body));
      }
    }
    expect(isDifferent).toHaveLength(2 * ROUNDS);
  });

  it('answers an account in every process of the ledger, and remembers until the head moves', async () => {
    const { hash } = await chain.send({ to: OTHER_STRANGER, value: 7n });
    await mine();
    const key = await ledger.issueKey({ scopes: ['read'], accountId: randomUUID() });
    const ofSecond = await fetch(`${second.url}${pathOf(hash)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect([ofSecond.status, await ofSecond.json()]).toEqual([
      200,
      expect.objectContaining({ hash, status: 'included' }),
    ]);
    const [first, again] = [await where(hash, key), await where(hash, key)];
    expect(first.body).toEqual(again.body);
    await mine();
    await showsHead(hash, key);
    expect((await where(hash, key)).body.confirmations.current).toBe(2);
  });

  it('refuses hostile names of transactions, each with a reason', async () => {
    const hash = 'ab'.repeat(32);
    for (const [path, status, code] of [
      [pathOf(`0x${hash}`).replace('31337', '1'), 422, 'chain-unknown'],
      [`/v1/chains/tron:728126428/transactions/${hash}`, 422, 'chain-unknown'],
      [pathOf(hash), 400, 'validation-failed'],
      [pathOf(`0x${hash}00`), 400, 'validation-failed'],
      [pathOf(`0x${hash.slice(2)}`), 400, 'validation-failed'],
      [pathOf('0x'), 400, 'validation-failed'],
      [pathOf('%00'), 400, 'validation-failed'],
      [pathOf("0x'%20OR%20'1'%3D'1"), 400, 'validation-failed'],
      [`/v1/chains/x/transactions/0x${hash}`, 400, 'validation-failed'],
      [`/v1/chains/__proto__:1/transactions/0x${hash}`, 400, 'validation-failed'],
    ] as const) {
      for (const [method, end] of [
        ['GET', ''],
        ['POST', '/rescan'],
      ] as const) {
        const options = method === 'POST' ? { body: { reason: 'a test' } } : {};
        const { status: http, body } = await ledger.request(method, path + end, options);
        expect([path, method, http, body.code]).toEqual([path, method, status, code]);
      }
    }
    const upper = `0x${'AB'.repeat(32)}`;
    expect((await where(upper, otherKey)).body.hash).toBe(upper.toLowerCase());
  });

  it('matches a block again for an account, once, and tells nothing of others', async () => {
    const theirs = (await purseOf(otherKey)).address;
    const { hash } = await chain.send({ to: theirs, value: 10n ** 18n });
    await mine();
    const rescan = (key = ledger.apiKey) =>
      ledger.request('POST', `${pathOf(hash)}/rescan`, {
        ...as(key),
        body: { reason: 'a test' },
      });
    const first = await rescan();
    expect(first).toMatchObject({ status: 200, body: { chain: CHAIN, hash } });
    const isDone = async () => (await rescan()).body.state === 'done';
    await until(isDone, { timeoutMs: 20_000, description: 'The rescan' });
    const [again, other] = [await rescan(), await rescan(otherKey)];
    expect(again.body.id).toBe(first.body.id);
    expect(other.body.id).not.toBe(first.body.id);
    expect(Object.keys(again.body)).toEqual(['id', 'chain', 'hash', 'state', 'position']);
    const unknown = await ledger.request('POST', `${pathOf(`0x${'5d'.repeat(32)}`)}/rescan`, {
      body: { reason: 'a test' },
    });
    expect(unknown.status).toBe(200);
  });

  it('is limited for an account, and not for another one', async () => {
    const key = await ledger.issueKey({ scopes: ['read'], accountId: randomUUID() });
    const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}`;
    const all = await Promise.all(Array.from({ length: 70 }, (_, n) => where(hash(n), key)));
    const refused = all.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.body.code).toBe('rate-limited');
    expect(refused[0]?.headers.get('ratelimit-policy')).toBe('"look-ups";q=60;w=60');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await where(hash(1), bystanderKey)).status).not.toBe(429);
  });

  it('says what it knows while the watcher is away', async () => {
    const { id, address } = await customer();
    const { hash } = await chain.send({ to: address, value: 10n ** 18n });
    await mine();
    await shows(id, 'detected');
    const asked = `0x${'6e'.repeat(32)}`;
    expect((await where(asked, otherKey)).body.status).toBe('unknown');
    await watcher?.close();
    watcher = null;
    const key = ledger.apiKey;
    const { status, headers, body } = await where(hash, key);
    expect([status, headers.get('retry-after')]).toEqual([202, '5']);
    expect(body).toMatchObject({ status: 'unanswered', retryAfterSeconds: 5 });
    expect(movementsOf(body)).toEqual([['in', 'detected', null]]);
    const other = await where(hash, otherKey);
    expect([other.status, other.body.movements]).toEqual([202, []]);
    // By now the answer is too old to be used. Only the account that heard it may know that it was given.
    const statusOf = async (ofKey: string) => (await where(asked, ofKey)).body.status;
    expect(await Promise.all([statusOf(bystanderKey), statusOf(otherKey)])).toEqual([
      ...['unanswered', 'unknown'],
    ]);
    await startWatcher();
    const isHeard = async () => (await where(hash, key)).body.status === 'included';
    await until(isHeard, { timeoutMs: 20_000, description: 'The answer of the chain' });
  });
});
