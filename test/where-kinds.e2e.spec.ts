import { randomUUID } from 'node:crypto';
import { type Derivation, streamName } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HDNodeWallet } from 'ethers';
import { pino } from 'pino';
import { migrate as migrateWatcher } from '../apps/chain-watcher/src/migrate';
import { WatcherEnv } from '../apps/chain-watcher/src/watcher.env';
import { WatcherModule } from '../apps/chain-watcher/src/watcher.module';
import { callsInOne } from '../apps/chain-watcher/testing/calls-in-one';
import { erc1155To, oddTokenCode } from '../apps/chain-watcher/testing/coin-moves';
import {
  type Call,
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../apps/chain-watcher/testing/local-chain';
import { type NodeProxy, startProxy } from '../apps/chain-watcher/testing/node-proxy';
import { DEFAULT_ACCOUNT_ID } from '../apps/ledger/src/edge/identity';
import { createGrpcLedger, type GrpcLedger } from '../apps/ledger/test/grpc-ledger';
import { DaybookClient } from '../libs/client/src/daybook-client';
import { until } from './dependencies';
import { type Found, ledgerViews } from './ledger-views';

const PHRASE = 'test test test test test test test test test test test junk';
const PURSES = HDNodeWallet.fromPhrase(PHRASE, '', "m/44'/60'/1'").neuter().extendedKey;
const DEPTH = 3;
/** So far below the head is the block that anvil calls finalized. */
const FINAL_DEPTH = 64;
const COIN = 10n ** 18n;
const TOKENS = 5_000n;

/** Somebody who may be our customer, or nobody whom Daybook knows. */
interface Party {
  readonly address: string;
  send(call: Call): Promise<string>;
}

interface Kind {
  readonly name: string;
  act(to: Party): Promise<string>;
  /** What the owner is told: direction, status and reason of each movement. */
  readonly told: readonly (readonly [string | null, string | null, string | null])[];
  readonly status?: string;
  /** What follows once the first answer is true. */
  after?(hash: string): Promise<unknown>;
}

let chain: LocalChain;
let node: NodeProxy;
let ledger: GrpcLedger;
let watcher: NestFastifyApplication;
let oddToken: string;
let bystanderKey: string;
let clients: { owner: DaybookClient; bystander: DaybookClient };
let purse: Party;
let stranger: Party;
const { matched } = ledgerViews(() => ledger);
beforeAll(async () => {
  chain = await startLocalChain();
  node = await startProxy(chain.anvil.url);
  const { hash } = await chain.send({ data: oddTokenCode() });
  await chain.mine();
  const receipt = await chain.rpc('eth_getTransactionReceipt', hash);
  oddToken = (receipt as { contractAddress: string }).contractAddress.toLowerCase();
  const token = (contract: string, currency: string) => {
    return { id: `${CHAIN}/erc20:${contract}`, currency, decimals: 6, minimum: '1' };
  };
  ledger = await createGrpcLedger({
    env: { evmXpub: PURSES },
    wallets: {
      accounts: { [DEFAULT_ACCOUNT_ID]: { wallets: [], gas: [chain.holder(40).address] } },
    },
    chains: {
      chains: [
        {
          ...{ id: CHAIN, name: 'Local', rpcUrl: node.url, blockTimeMs: null, reorgWindow: 32 },
          finality: { kind: 'depth', confirmations: DEPTH },
          assets: [
            { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' },
            token(chain.usdt, 'USDT_LOCAL'),
            token(oddToken, 'ODD_LOCAL'),
          ],
        },
      ],
    },
  });
  await migrateWatcher(ledger.databaseUrl, 'postgres');
  bystanderKey = await ledger.issueKey({ scopes: ['read', 'write'], accountId: randomUUID() });
  const client = (apiKey: string) =>
    new DaybookClient({ address: ledger.address, apiKey, tls: false });
  clients = { owner: client(ledger.apiKey), bystander: client(bystanderKey) };
  const env = Object.assign(new WatcherEnv(), {
    ...{ databaseUrl: ledger.databaseUrl, chainsFile: ledger.chainsFile, watcherPollMs: 50 },
  });
  watcher = await NestFactory.create<NestFastifyApplication>(
    await WatcherModule.forRoot(env, pino({ level: 'silent' })),
    new FastifyAdapter(),
    { logger: false },
  );
  await watcher.listen(0, '127.0.0.1');
  await isMatched();
  const { body } = await ledger.request('POST', '/v1/customers', {
    body: { externalId: 'ann', families: ['evm'] },
  });
  purse = partyOf(HDNodeWallet.fromPhrase(PHRASE, '', await pathOf(body.purses[0].id)));
  expect(body.purses[0].address).toBe(purse.address);
  stranger = partyOf(HDNodeWallet.fromPhrase(PHRASE, '', "m/44'/60'/7'/0/0"));
  const isWatched = async () => {
    const { data } = (await ledger.request('GET', '/v1/purses')).body;
    return data.every((each: Found) => each.watch.every((on: Found) => on.watched));
  };
  await until(isWatched, { description: 'The watched purse' });
  for (const { address } of [purse, stranger, chain.holder(40), chain.holder(41)]) {
    await chain.send({ to: address, value: COIN });
  }
  await mine();
});

/** Where the key of a purse is, which Daybook does not have. */
async function pathOf(purseId: string): Promise<string> {
  const [minted] = await ledger.store.readStream(streamName('purse', purseId));
  const { derivation } = (minted as RecordedEvent).data as unknown as { derivation: Derivation };
  const { branch, index } = derivation;
  return `m/44'/60'/1'/${branch}/${index}`;
}

afterAll(async () => {
  clients.owner.close();
  clients.bystander.close();
  await watcher.close();
  await ledger.close();
  await Promise.all([chain.stop(), node.stop()]);
});

function partyOf(wallet: HDNodeWallet): Party {
  let nonce = 0;
  return {
    address: wallet.address,
    async send({ to, data = '0x', value = 0n }) {
      const raw = await wallet.signTransaction({
        ...{ chainId: 31337, nonce: nonce++, gasLimit: 500_000n, gasPrice: 10n ** 10n },
        ...{ data, value, ...(to !== undefined && { to }) },
      });
      return (await chain.rpc('eth_sendRawTransaction', raw)) as string;
    },
  };
}

async function isMatched(): Promise<void> {
  const height = await chain.height();
  await until(async () => (await matched(CHAIN)) === height, {
    ...{ timeoutMs: 20_000, description: 'The watcher at the head' },
  });
}

async function mine(blocks = 1): Promise<void> {
  await chain.mine(blocks);
  await isMatched();
}

const where = (hash: string, key = ledger.apiKey, on = CHAIN) =>
  ledger.request('GET', `/v1/chains/${on}/transactions/${hash}`, {
    headers: { authorization: `Bearer ${key}` },
  });

/** Without what differs between any two transactions: hash, block, addresses. */
function withoutNames(answer: unknown): string {
  const text = JSON.stringify(answer, (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  return text.replaceAll(/0x[0-9a-fA-F]{40,64}|"(number|current)":"?\d+"?|"time":"[^"]+"/g, '');
}

const withoutLogs = (receipts: unknown) =>
  (receipts as object[]).map((each) => ({ ...each, logs: [], logsBloom: `0x${'0'.repeat(512)}` }));

const randomHash = () => `0x${randomUUID().replaceAll('-', '').repeat(2)}`;

const sent = async (sending: Promise<{ readonly hash: string }>) => (await sending).hash;

const operate = (path: string, body: object) =>
  ledger.request('POST', `/v1/operations/${path}`, {
    ...{ headers: { authorization: `Bearer ${ledger.operatorKey}` }, body },
  });

const confirmed = ['in', 'confirmed', null] as const;
const others = [null, null, 'not-yours'] as const;
const unproven = ['in', 'detected', 'unproven-trace'] as const;

const KINDS: readonly Kind[] = [
  {
    name: 'a deposit that an operator voids',
    act: ({ address }) => sent(chain.send({ to: address, value: 7n })),
    told: [['in', 'voided', null]],
    async after(hash) {
      const [{ replenishmentId }] = (await where(hash)).body.movements;
      await operate(`replenishments/${replenishmentId}/void`, { reason: 'a test', reference: '1' });
    },
  },
  {
    name: 'internal calls',
    act: ({ address }) => sent(chain.send(chain.batchNative([address, address], [5n, 6n]))),
    told: [others, confirmed, confirmed],
  },
  {
    name: 'a self-destruct',
    act: ({ address }) => sent(chain.send({ data: `0x73${address.slice(2)}ff`, value: 8n })),
    told: [others, confirmed],
  },
  {
    name: 'an ERC-1155',
    act: ({ address }) => sent(chain.send({ data: erc1155To(address) })),
    told: [['in', 'rejected', 'not-fungible']],
  },
  {
    name: 'a log that cannot be read',
    act: ({ address }) => sent(chain.send({ ...chain.payUsdt(address, 9n), to: oddToken })),
    told: [['in', 'rejected', 'unreadable']],
  },
  {
    name: 'coins from a gas address',
    act: ({ address }) => sent(chain.holder(40).send({ to: address, value: 9n })),
    told: [['in', 'rejected', 'top-up']],
  },
  {
    name: 'tokens that leave again',
    async act(party) {
      const somebody = chain.holder(41);
      const contract = somebody.nextContract();
      await chain.send(chain.payUsdt(contract, TOKENS));
      await party.send(chain.callUsdt('approve', contract, TOKENS));
      await chain.mine();
      const calls = [
        chain.payUsdt(party.address, TOKENS),
        chain.callUsdt('transferFrom', party.address, chain.holder(42).address, TOKENS),
      ];
      return sent(somebody.send(callsInOne(calls)));
    },
    told: [
      ['in', 'rejected', 'netted'],
      ['out', null, 'outgoing'],
    ],
  },
  {
    name: 'coins with which a contract is created',
    act: (party) => party.send({ data: '0x00', value: 5n }),
    told: [['out', null, 'outgoing']],
  },
  {
    name: 'to itself',
    act: (party) => party.send({ to: party.address, value: 5n }),
    told: [['internal', 'rejected', 'zero-value']],
  },
  {
    name: 'a trace that nothing proves',
    async act({ address }) {
      node.refuses = (method) => method === 'eth_getProof';
      return sent(chain.send(chain.batchNative([address], [5n])));
    },
    told: [others, unproven],
  },
];

/** The answer that an account gets, with gRPC's, when both are as expected. */
async function expectTold(hash: string, status: string, told: Kind['told']): Promise<void> {
  let found: Found;
  const isTold = async () => {
    const { body } = await where(hash);
    found = [body.status, wordsOf(body.movements ?? [])];
    return JSON.stringify(found) === JSON.stringify([status, told]);
  };
  await until(isTold, { timeoutMs: 10_000 }).catch(() => undefined);
  expect(found).toEqual([status, told]);
}

const wordsOf = (movements: Found[]) =>
  movements.map(({ direction, replenishmentStatus, reason }) => [
    ...[direction, replenishmentStatus, reason],
  ]);

/** Whether somebody else learns of ours what everybody learns of a stranger's: nothing. */
async function expectNothingTold(ours: string, theirs: string): Promise<void> {
  const [one, other] = [await where(ours, bystanderKey), await where(theirs, bystanderKey)];
  expect(one.status).toBe(other.status);
  expect(withoutNames(one.body)).toBe(withoutNames(other.body));
  for (const movement of one.body.movements) {
    const { direction, reason, purseId, fromPurseId, replenishmentId } = movement;
    expect([direction, reason, purseId, fromPurseId ?? null, replenishmentId]).toEqual([
      ...[null, 'not-yours', null, null, null],
    ]);
  }
  const ask = (hash: string) =>
    clients.bystander.transactions.getTransaction({ chain: CHAIN, hash });
  expect(withoutNames(await ask(ours))).toBe(withoutNames(await ask(theirs)));
}

it.each(KINDS.map((kind) => [kind.name, kind] as const))(
  'says what became of %s, and nothing to others',
  async (_, { act, told, status = 'included', after }) => {
    const [ours, theirs] = [await act(purse), await act(stranger)];
    await mine(DEPTH + 1);
    if (after !== undefined) {
      await expectTold(ours, status, [confirmed]);
      await after(ours);
    }
    await expectTold(ours, status, told);
    for (const { reason, detail } of (await where(ours)).body.movements) {
      // Whatever has a reason has a sentence.
      expect([reason, detail !== null]).toEqual([reason, reason !== null]);
    }
    const { transaction } = await clients.owner.transactions.getTransaction({
      chain: CHAIN,
      hash: ours,
    });
    expect(transaction?.movements).toHaveLength(told.length);
    await expectNothingTold(ours, theirs);
    node.refuses = () => false;
  },
);

it('says that a block is not scanned yet, and nothing to others', async () => {
  const height = await chain.height();
  // The watch waits for a block that the node does not show, while it shows the next one.
  node.alter = (method, [at], result) =>
    method === 'eth_getBlockByNumber' && Number(at) === height + 1 ? null : result;
  await chain.mine();
  const [ours, theirs] = await Promise.all(
    [purse, stranger].map(({ address }) => sent(chain.send({ to: address, value: 12n }))),
  );
  await chain.mine();
  await expectTold(ours as string, 'included', [['in', null, 'not-scanned-yet']]);
  await expectNothingTold(ours as string, theirs as string);
  node.alter = (_method, _params, result) => result;
  await mine(DEPTH);
  await expectTold(ours as string, 'included', [confirmed]);
});

it('says that a block is quarantined, and nothing to others', async () => {
  const height = await chain.height();
  node.alter = (method, [at], result) => {
    if (method === 'eth_getBlockReceipts' && Number(at) > height) return withoutLogs(result);
    // A block that is refused is asked for by transaction, too.
    const isLater = Number((result as { blockNumber?: string } | null)?.blockNumber) > height;
    const isOne = method === 'eth_getTransactionReceipt' && isLater;
    return isOne ? (withoutLogs([result]) as object[])[0] : result;
  };
  const [ours, theirs] = await Promise.all(
    [purse, stranger].map(({ address }) => sent(chain.send(chain.payUsdt(address, 14n)))),
  );
  await chain.mine();
  const isTold = async () => /could not be proven/.test((await where(ours as string)).body.detail);
  await until(isTold, { timeoutMs: 20_000, description: 'The quarantine' });
  const { status, body } = await where(ours as string);
  expect([status, body]).toMatchObject([
    200,
    { status: 'included', block: { hash: null }, movements: [] },
  ]);
  await expectNothingTold(ours as string, theirs as string);
  node.alter = (_method, _params, result) => result;
  await mine(DEPTH);
  await expectTold(ours as string, 'included', [confirmed]);
});

it('says that a chain is paused and is not asked, and nothing to others', async () => {
  const ask = (kind: string) => operate('watch-requests', { chain: CHAIN, kind, reason: 'a test' });
  expect((await ask('pause')).status).toBe(201);
  const [ours, theirs] = await Promise.all(
    [purse, stranger].map(({ address }) => sent(chain.send({ to: address, value: 13n }))),
  );
  const isPaused = async () =>
    (await where(randomHash())).body.detail?.startsWith('The chain is paused') === true;
  await until(isPaused, { timeoutMs: 10_000, description: 'The pause' });
  await chain.mine();
  const { status, headers, body } = await where(ours as string);
  expect([status, headers.get('retry-after'), body.status]).toEqual([202, '60', 'unanswered']);
  expect(body.movements).toEqual([]);
  await expectNothingTold(ours as string, theirs as string);
  expect((await ask('resume')).status).toBe(201);
  await mine(DEPTH);
  await expectTold(ours as string, 'included', [confirmed]);
});

it('says what became of internal calls that no node traces any more, and nothing to others', async () => {
  node.refuses = (method) => method === 'eth_getProof';
  const pay = ({ address }: Party) => sent(chain.send(chain.batchNative([address], [5n])));
  const told = [others, unproven];
  const [ours, theirs] = [await pay(purse), await pay(stranger)];
  await mine(DEPTH + 1);
  await expectTold(ours, 'included', told);
  node.refuses = (method) => /trace|eth_getProof/.test(method);
  await mine(FINAL_DEPTH);
  await expectTold(ours, 'included', told);
  const [one, other] = [await where(ours, bystanderKey), await where(theirs, bystanderKey)];
  expect(withoutNames(one.body)).toBe(withoutNames(other.body));
  expect(one.body.movements).toHaveLength(1);
  node.refuses = () => false;
});

it('says what a reorg removed, and nothing to others', async () => {
  const ours = await sent(chain.send({ to: purse.address, value: 11n }));
  const theirs = await sent(chain.send({ to: stranger.address, value: 11n }));
  await mine();
  await expectTold(ours, 'included', [['in', 'detected', null]]);
  await chain.rpc('anvil_reorg', 1, []);
  await mine(2);
  await expectTold(ours, 'unknown', [['in', 'reverted', null]]);
  await expectNothingTold(ours, theirs);
});

it('says what a reorg removed before anybody asked again, when its height is final', async () => {
  const ours = await sent(chain.holder(41).send({ to: purse.address, value: 15n }));
  await mine();
  await expectTold(ours, 'included', [['in', 'detected', null]]);
  const height = await chain.height();
  await chain.rpc('anvil_reorg', 1, []);
  await mine(FINAL_DEPTH + 2);
  const isFinal = async () => {
    const { data } = (await ledger.request('GET', '/v1/chains')).body;
    return data.some(({ finalized }: Found) => finalized >= height);
  };
  await until(isFinal, { timeoutMs: 10_000, description: 'The final height' });
  expect((await where(ours)).body.status).toBe('unknown');
});

it('knows no transaction by the hash of what no transaction moved, nor one of another chain', async () => {
  for (const hash of [`0x${'0'.repeat(64)}`, `0x${'7c'.repeat(32)}`]) {
    for (const name of [hash, hash.toUpperCase().replace('0X', '0x')]) {
      const [one, other] = [await where(name), await where(name, bystanderKey)];
      expect([one.status, one.body.status, one.body.movements]).toEqual([200, 'unknown', []]);
      expect(other.body).toEqual(one.body);
    }
    expect((await where(hash, bystanderKey, 'eip155:1')).status).toBe(422);
  }
});
