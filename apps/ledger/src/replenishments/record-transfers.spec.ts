import { readChainsFile } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import {
  type Asset,
  account,
  customer,
  fold,
  postings,
  purse,
  type ReplenishmentEvent,
  replenishment,
  streamName,
  upcast,
} from '@daybook/domain';
import { decideAndAppend, START, uuid5 } from '@daybook/event-store';
import * as a from '../../../../libs/domain/testing/a';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { UNSEALED } from '../../../../libs/event-store/testing/unsealed';
import { readWalletsFile } from '../account-wallets.env';
import { AssetRegistry, ChainRegistry } from '../chains/asset-registry';
import { AssetsInUse } from '../chains/assets-in-use';
import { replenishmentIdOf } from '../edge/identity';
import { keyOf, type Owner, Owners, OwnersNotKnownYet } from './owners';
import { RecordTransfers, RecordTransfersHandler } from './record-transfers';

const address = '0x52908400098527886e0f7030069857d2e4169ee7';
const owner: Owner['parties'] = {
  accountId: uuid5('00000000-0000-5000-8000-000000000000', 'account'),
  customerId: uuid5('00000000-0000-5000-8000-000000000000', 'customer'),
  purseId: uuid5('00000000-0000-5000-8000-000000000000', 'purse'),
};
const asset = a.asset({ minimum: 2n });
const gas = '0x00000000000000000000000000000000000000a5';
const wallets = readWalletsFile(
  JSON.stringify({ accounts: { [owner.accountId]: { gas: [gas] } } }),
);
/** The asset is credited at the tag `finalized`, the policy of its chain. */
const registry = readChainsFile('{"chains":[]}');

function transfer(overrides: Partial<TransferV1> = {}): TransferV1 {
  return {
    transferId: `${asset.chain}/0x${'ab'.repeat(32)}/log:0`,
    version: 1,
    status: 'final',
    chain: asset.chain,
    asset: asset.id,
    amount: '5',
    from: '0x0000000000000000000000000000000000000001',
    to: address,
    txHash: `0x${'ab'.repeat(32)}`,
    block: { number: 7, hash: `0x${'cd'.repeat(32)}`, time: '2026-01-01T00:00:00.000Z' },
    finality: { kind: 'depth', confirmations: 12 },
    ...overrides,
  };
}

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest] as const),
  );
}

function nth(n: number): string {
  return `${asset.chain}/0x${'ab'.repeat(32)}/log:${n}`;
}

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The message of a transfer as its watcher publishes it, with a trace. */
function messageOf({ transferId, version, chain, to }: TransferV1) {
  return {
    id: `${transferId}#${version}`,
    key: `${chain}/${to}`,
    headers: { ce_traceparent: traceparent },
  };
}

/** The purse in the read models. They stay at position 0, so every later event is newer. */
const itsOwner: Owner = {
  parties: owner,
  outsideOrderId: 'order-7',
  purseWasRestored: false,
  screening: false,
  ...a.ownerFacts(),
};
const known = new Map([[keyOf({ family: 'evm', address }), itsOwner]]);

async function ledger(owned: ReadonlyMap<string, Owner> = known) {
  const store = new InMemoryEventStore();
  store.personalData = UNSEALED;
  const act = (command: Parameters<typeof customer.decide>[0]) =>
    decideAndAppend(store, {
      stream: streamName('customer', owner.customerId),
      decider: customer,
      command,
      commandId: `test ${Math.random()}`,
      metadata: { accountId: owner.accountId, actor: 'test' },
    });
  await act({
    type: 'CreateCustomer',
    accountId: owner.accountId,
    externalId: 'alice',
    externalIdHash: null,
    at: a.at,
  });
  await decideAndAppend(store, {
    stream: streamName('account', owner.accountId),
    decider: account,
    command: { type: 'OpenAccount', name: 'shop', policy: { screening: false } },
    commandId: 'open',
    metadata: { accountId: owner.accountId, actor: 'test' },
  });
  const mint = {
    type: 'MintPurse',
    ...owner,
    family: 'evm',
    address,
    derivation: { xpubFingerprint: '0x00000000', branch: 0, index: 0 },
    outsideOrderId: null,
    at: a.at,
    facts: { owner: a.owner({ accountId: owner.accountId }) },
  } as const;
  const decide = (command: Parameters<typeof purse.decide>[0], commandId: string) =>
    decideAndAppend(store, {
      stream: streamName('purse', owner.purseId),
      decider: purse,
      command,
      commandId,
      metadata: { accountId: owner.accountId, actor: 'test' },
    });
  await decide(mint, 'mint');
  const owners = new Owners(
    store,
    async () => ({ position: START, owners: owned }),
    async () => undefined,
  );
  const handlerWith = (...listed: Asset[]) =>
    new RecordTransfersHandler(
      ...([store, owners] as const),
      new AssetsInUse(store, new AssetRegistry([asset, ...listed])),
      ...([new ChainRegistry(registry), wallets] as const),
    );
  const handler = handlerWith();
  const recordBy =
    (by: RecordTransfersHandler) =>
    (...transfers: TransferV1[]) =>
      by.execute(
        new RecordTransfers(
          transfers.map((transfer) => ({ message: messageOf(transfer), content: transfer })),
        ),
      );
  return {
    store,
    handler,
    act,
    decide,
    record: recordBy(handler),
    /** The same after a start with more assets. */
    recordWith: (...listed: Asset[]) => recordBy(handlerWith(...listed)),
    history: async (transferId: string) =>
      store.readStream(streamName('replenishment', replenishmentIdOf(transferId))),
  };
}

describe('RecordTransfers', () => {
  it('credits three transfers of one transaction to one purse three times', async () => {
    const { record, history } = await ledger();
    await record(...[0, 1, 2].map((n) => transfer({ transferId: nth(n) })));
    for (const n of [0, 1, 2]) {
      expect(await history(nth(n))).toMatchObject([
        { type: 'ReplenishmentDetected', data: { outsideOrderId: 'order-7' } },
        { type: 'ReplenishmentConfirmed', data: { outsideOrderId: 'order-7' } },
      ]);
    }
  });

  it('credits a token that is listed later, when its latest report comes once more', async () => {
    const { record, recordWith, history } = await ledger();
    const token = a.asset({ id: `${asset.chain}/erc20:0x${'99'.repeat(20)}`, currency: 'NEW' });
    const transfers = [
      transfer({ version: 1, status: 'detected', finality: null, asset: token.id }),
      transfer({ version: 2, asset: token.id }),
    ];
    const types = async () => (await history(nth(0))).map((e) => e.type);
    await record(...transfers);
    expect(await types()).toEqual(['ReplenishmentRejected']);
    await recordWith(token)(...transfers);
    await recordWith(token)(...transfers);
    expect(await types()).toEqual([
      'ReplenishmentRejected',
      'ReplenishmentDetected',
      'ReplenishmentConfirmed',
    ]);
  });

  it('credits it also when its latest report had only its version kept', async () => {
    const { record, recordWith, history } = await ledger();
    const token = a.asset({ id: `${asset.chain}/erc20:0x${'98'.repeat(20)}`, currency: 'NEW' });
    const latest = transfer({ version: 9, asset: token.id });
    await record(
      transfer({ version: 1, status: 'detected', finality: null, asset: token.id }),
      latest,
    );
    await recordWith(token)(latest, latest);
    await recordWith(token)(latest);
    expect((await history(nth(0))).map((e) => e.type)).toEqual([
      'ReplenishmentRejected',
      'ReplenishmentVersionNoted',
      'ReplenishmentDetected',
      'ReplenishmentConfirmed',
    ]);
  });

  it('has one effect for a batch that is delivered again, in part or whole', async () => {
    const { record, history, store } = await ledger();
    const batch = [transfer({ transferId: nth(0) }), transfer({ transferId: nth(1) })];
    await record(...batch);
    const head = await store.head();
    await record(...batch.slice(1), ...batch);
    expect(await store.head()).toBe(head);
    expect(await history(nth(1))).toHaveLength(2);
  });

  it('credits once, and ends in the last block, in all 120 orders at two processes at once', async () => {
    const { record, recordWith, history } = await ledger();
    const block = (hash: string) => ({ number: 7, hash, time: '2026-01-01T00:00:00.000Z' });
    const [left, joined] = [block(`0x${'1'.repeat(64)}`), block(`0x${'2'.repeat(64)}`)];
    const out = { status: 'reverted', block: null, finality: null } as const;
    const lives: readonly Partial<TransferV1>[] = [
      { status: 'detected', finality: null, block: left },
      { status: 'final', block: left },
      out,
      { status: 'detected', finality: null, block: joined },
      { status: 'final', block: joined },
    ];
    const orders = permutations(lives.map((life, i) => ({ ...life, version: 1 + i * 1_200 })));
    expect(orders).toHaveLength(120);
    // Each process is given half of the reports of each transfer, one after the other.
    const turns = lives.map((_, turn) =>
      orders.map((order, n) => transfer({ ...order[turn], transferId: nth(n) })),
    );
    const processes = [record, recordWith()];
    const shares = processes.map((_, p) => turns.filter((_turn, i) => i % processes.length === p));
    await Promise.all(
      processes.map(async (process, p) => {
        for (const reports of shares[p] ?? []) await process(...reports);
      }),
    );
    for (const [n] of orders.entries()) {
      const events = (await history(nth(n))).map(upcast) as ReplenishmentEvent[];
      const state = fold(replenishment, events);
      expect(state).toMatchObject({
        status: 'confirmed',
        block: joined,
        credit: { to: 'customer' },
      });
      const custody = events.flatMap(postings).reduce((sum, { kind, amount }) => {
        return sum + (kind === 'reversal' ? -amount : amount);
      }, 0n);
      expect(custody).toBe(5n);
    }
  });

  it('decides the versions of one transfer in order, inside one batch', async () => {
    const { record, history } = await ledger();
    await record(
      transfer({ version: 1, status: 'detected', finality: null }),
      transfer({ version: 2, status: 'final' }),
      transfer({ version: 3, status: 'reverted', block: null, finality: null }),
    );
    expect((await history(nth(0))).map((e) => e.type)).toEqual([
      'ReplenishmentDetected',
      'ReplenishmentConfirmed',
      'ReplenishmentReverted',
    ]);
  });

  it('credits at the policy of the asset, not at an earlier threshold', async () => {
    const { record, history } = await ledger();
    const types = async () => (await history(nth(0))).map((e) => e.type);
    await record(transfer({ version: 2, passed: ['depth:12'] }));
    expect(await types()).toEqual(['ReplenishmentDetected']);
    await record(transfer({ version: 3, status: 'detected', waiting: 'awaiting-second-provider' }));
    expect(await types()).toEqual(['ReplenishmentDetected', 'ReplenishmentVersionNoted']);
    const finality = { kind: 'tag', tag: 'finalized' } as const;
    await record(transfer({ version: 4, finality, passed: ['depth:12', 'tag:finalized'] }));
    expect((await history(nth(0))).at(-1)).toMatchObject({
      type: 'ReplenishmentConfirmed',
      data: { finality },
    });
  });

  it('credits the account from the block on, and the customer again from the unblock on', async () => {
    const { record, history, act } = await ledger();
    const { accountId } = owner;
    await record(transfer({ transferId: nth(0) }));
    await act({ type: 'BlockCustomer', accountId, reason: 'chargeback' });
    await record(transfer({ transferId: nth(1) }));
    await act({ type: 'UnblockCustomer', accountId, reason: 'cleared' });
    await record(transfer({ transferId: nth(2) }));
    const credits = await Promise.all(
      [0, 1, 2].map(async (n) => (await history(nth(n))).at(-1)?.data.credit),
    );
    expect(credits).toEqual([
      { to: 'customer' },
      { to: 'account', reason: 'customer-blocked' },
      { to: 'customer' },
    ]);
  });

  it('holds in suspense what arrives on an archived purse', async () => {
    const { record, history, decide } = await ledger();
    const { accountId } = owner;
    await decide({ type: 'ArchivePurse', accountId, reason: 'requested' }, 'archive');
    await record(transfer());
    expect((await history(nth(0))).at(-1)?.data).toMatchObject({
      credit: { to: 'suspense', reason: 'purse-archived' },
    });
  });

  it.each(['archived', 'declined'])(
    'credits what was detected before its purse was %s',
    async (status) => {
      const { record, history, decide } = await ledger();
      const { accountId } = owner;
      await record(transfer({ version: 1, status: 'detected', finality: null }));
      if (status === 'declined') {
        await decide({ type: 'DeclinePurse', accountId, replenishmentId: 'another' }, 'decline');
      } else await decide({ type: 'ArchivePurse', accountId, reason: 'unused' }, 'archive');
      await record(transfer({ transferId: nth(1) }), transfer({ version: 2, status: 'final' }));
      expect((await history(nth(0))).at(-1)?.data).toMatchObject({ credit: { to: 'customer' } });
      expect((await history(nth(1))).at(-1)?.data).toMatchObject({
        credit: { to: 'suspense', reason: `purse-${status}` },
      });
    },
  );

  it('holds what was detected while its purse was archived, though it was restored since', async () => {
    const { record, history, decide } = await ledger();
    const { accountId } = owner;
    await decide({ type: 'ArchivePurse', accountId, reason: 'unused' }, 'archive');
    await record(transfer({ version: 1, status: 'detected', finality: null }));
    await decide({ type: 'RestorePurse', accountId }, 'restore');
    await record(transfer({ version: 2, status: 'final' }), transfer({ transferId: nth(1) }));
    expect((await history(nth(0))).at(-1)?.data).toMatchObject({
      credit: { to: 'suspense', reason: 'purse-archived' },
    });
    expect((await history(nth(1))).at(-1)?.data).toMatchObject({ credit: { to: 'customer' } });
  });

  it('records what it holds or rejects, with the reason, beside what it credits', async () => {
    const { record, history } = await ledger();
    await record(
      transfer({ transferId: nth(0), amount: '1' }),
      transfer({ transferId: nth(1), asset: `${asset.chain}/erc20:0x${'fa'.repeat(20)}` }),
      transfer({ transferId: nth(2) }),
      transfer({ transferId: nth(3), asset: `${asset.chain}/erc721:0x${'fa'.repeat(20)}/7` }),
    );
    expect((await history(nth(0))).at(-1)).toMatchObject({
      type: 'ReplenishmentHeld',
      data: { credit: { to: 'suspense', reason: 'below-minimum' } },
    });
    expect((await history(nth(1)))[0]?.data).toMatchObject({ reason: 'unknown-token' });
    expect((await history(nth(2))).at(-1)?.type).toBe('ReplenishmentConfirmed');
    expect((await history(nth(3)))[0]?.data).toMatchObject({ reason: 'not-fungible' });
  });

  it('finds an owner by family and address, never by the address alone', async () => {
    const { record, history } = await ledger();
    expect(
      await record(
        transfer({ transferId: nth(0), chain: 'tron:728126428' }),
        transfer({ transferId: nth(1), chain: 'solana:1' }),
        transfer({ transferId: nth(2) }),
      ),
    ).toEqual([
      `No purse has the address ${address}.`,
      'The address family of chain solana:1 is not known.',
      null,
    ]);
    expect(await history(nth(0))).toEqual([]);
  });

  it('returns the reason for each transfer that can never be recorded, and records the others', async () => {
    const { record, history } = await ledger();
    const stranger = '0x00000000000000000000000000000000000000ff';
    expect(
      await record(
        transfer({ transferId: nth(0) }),
        transfer({ transferId: nth(1), to: stranger }),
        transfer({ transferId: nth(2) }),
      ),
    ).toEqual([null, `No purse has the address ${stranger}.`, null]);
    expect(await history(nth(0))).toHaveLength(2);
    expect(await history(nth(1))).toHaveLength(0);
    expect(await history(nth(2))).toHaveLength(2);
  });

  it.each([
    ['a character that no table holds', { from: 'a\0b' }],
    ['such a character in the id of its message', { transferId: `${nth(1)}\0` }],
    ['half of a character', { from: '\ud800' }],
    ['more than any transfer says', { from: 'x'.repeat(2_000_000) }],
    [
      'a block before all clocks',
      { block: { number: 1, hash: '0x', time: '0000-01-01T00:00:00Z' } },
    ],
    ['an amount that the rules cannot read', { amount: 'much' }],
  ])('does nothing for a key behind %s', async (_, fault) => {
    const second = '0x00000000000000000000000000000000000000ff';
    const { record, history } = await ledger(
      new Map([...known, [keyOf({ family: 'evm', address: second }), itsOwner]]),
    );
    const reasons = await record(
      transfer({ transferId: nth(0) }),
      transfer({ transferId: nth(1), ...fault }),
      transfer({ transferId: nth(2) }),
      transfer({ transferId: nth(3), to: second }),
    );
    expect(reasons).toEqual([null, expect.any(String), null, null]);
    const lengths = await Promise.all(
      [0, 1, 2, 3].map(async (n) => (await history(nth(n))).length),
    );
    expect(lengths).toEqual([2, 0, 0, 2]);
  });

  it('records each key of a large batch in order, up to a transfer that cannot be recorded', async () => {
    const addresses = [...'0123'].map((end) => `${address.slice(0, -1)}${end}`);
    const { record, history } = await ledger(
      new Map(addresses.map((to) => [keyOf({ family: 'evm', address: to }), itsOwner])),
    );
    const reports = Array.from({ length: 400 }, (_, n) => {
      const fault = n === 200 ? { from: 'a\0b' } : {};
      return transfer({ transferId: nth(n), to: addresses[n % 4] as string, ...fault });
    });
    const reasons = await record(...reports);
    expect([...reasons.entries()].filter(([, reason]) => reason !== null)).toEqual([
      [200, expect.any(String)],
    ]);

    const histories = await Promise.all(reports.map((_, n) => history(nth(n))));
    const lengths = reports.map((_, n) => (n >= 200 && n % 4 === 0 ? 0 : 2));
    expect(histories.map((events) => events.length)).toEqual(lengths);
    for (const key of [0, 1, 2, 3]) {
      const positions = histories.filter((_, n) => n % 4 === key).map(([first]) => first?.position);
      const written = positions.filter((position) => position !== undefined);
      expect(written).toEqual([...written].sort((x, y) => Number(x - y)));
    }
  });

  it('records a large batch whose messages have no keys', async () => {
    const { handler, history } = await ledger();
    const reports = Array.from({ length: 400 }, (_, n) => {
      const content = transfer({ transferId: nth(n) });
      return { message: { ...messageOf(content), key: '' }, content };
    });
    const reasons = await handler.execute(new RecordTransfers(reports));
    expect(reasons).toEqual(reports.map(() => null));
    expect(await history(nth(399))).toHaveLength(2);
  });

  it('names the message as correlation and cause of all events that it led to', async () => {
    const { record, history } = await ledger();
    await record(
      transfer({ version: 1, status: 'seen', block: null, finality: null }),
      transfer({ version: 2 }),
    );
    const origin = (version: number) => {
      const id = `${nth(0)}#${version}`;
      return { correlationId: id, causationId: id, traceparent, actor: 'watcher' };
    };
    expect((await history(nth(0))).map(({ type, metadata }) => [type, metadata])).toEqual([
      ['ReplenishmentSeen', expect.objectContaining(origin(1))],
      ['ReplenishmentDetected', expect.objectContaining(origin(2))],
      ['ReplenishmentConfirmed', expect.objectContaining(origin(2))],
    ]);
  });

  it('makes identical events of a message that another process handles as well', async () => {
    const recorded = await Promise.all(
      [1, 2].map(async () => {
        const { record, history } = await ledger();
        await record(transfer());
        return (await history(nth(0))).map(({ recordedAt: _, ...event }) => event);
      }),
    );
    expect(recorded[0]).toHaveLength(2);
    expect(recorded[1]).toEqual(recorded[0]);
  });

  it('leaves out a trace that is not valid', async () => {
    const { handler, history } = await ledger();
    const message = { ...messageOf(transfer()), headers: { ce_traceparent: '00-not-a-trace' } };
    await handler.execute(new RecordTransfers([{ message, content: transfer() }]));
    expect((await history(nth(0)))[0]?.metadata).not.toHaveProperty('traceparent');
  });

  it('records what was parked once the ledger knows the purse', async () => {
    const owned = new Map<string, Owner>();
    const { record, history } = await ledger(owned);
    owned.set('another', itsOwner);
    const to = '0x00000000000000000000000000000000000000ff';
    expect(await record(transfer({ to }))).toEqual([expect.any(String)]);
    owned.set(keyOf({ family: 'evm', address: to }), itsOwner);
    expect(await record(transfer({ to }))).toEqual([null]);
    expect(await history(nth(0))).toHaveLength(2);
  });

  it('waits for read models that do not know yet what the log says', async () => {
    const { record, store } = await ledger(new Map());
    const head = await store.head();
    await expect(record(transfer())).rejects.toThrow(OwnersNotKnownYet);
    expect(await store.head()).toBe(head);
  });
});
