import type { BalanceRead } from '../src/state/balances';
import type { Leadership, TrackedTransfer, WatcherStore } from '../src/state/watcher-store';
import { aHeader, aStart, aTracked } from './watcher-store.contract';

const CHAIN = 'eip155:31337';
const ASSET = `${CHAIN}/slip44:60`;
const TOKEN = `${CHAIN}/erc20:0xa`;
const [PURSE, OTHER] = ['0x02', '0x03'];
const RING = [3, 4, 5, 6].map((number) => aHeader(number));

function inBlock(number: number, fork = 'a') {
  return { number, hash: `0x${fork}${number}`, time: '2026-01-01T00:00:00.000Z' };
}

function readAt(number: number, balance: bigint, change: Partial<BalanceRead> = {}): BalanceRead {
  return { address: PURSE, asset: ASSET, number, hash: `0xa${number}`, balance, ...change };
}

/** What every store must do with balances; `open` gives an empty one. */
export function balancesContract(open: () => Promise<WatcherStore>): void {
  let store: WatcherStore;
  let leader: Leadership;

  beforeEach(async () => {
    store = await open();
    leader = (await store.lead(CHAIN)) as Leadership;
    await store.commit(leader, aStart(3, RING));
  });
  afterEach(() => store.close());

  const toRead = (assets = [ASSET, TOKEN], triedUpTo = 9_999) =>
    store.balancesToRead(CHAIN, assets, 10, triedUpTo);

  async function pay(
    number: number,
    amount: string,
    direction: 'in' | 'out' = 'in',
    netted?: string,
  ) {
    const parties = direction === 'in' ? { from: '0x01', to: PURSE } : { from: PURSE, to: '0x01' };
    const tracked = {
      ...aTracked({ ...parties, amount, block: inBlock(number), ...(netted && { netted }) }),
      direction,
    };
    await store.commit(leader, { transfers: [tracked] });
    return tracked;
  }

  it('are to be read of what moved, until they are', async () => {
    expect(await toRead()).toEqual([]);
    await pay(4, '7');
    const token = aTracked({ asset: TOKEN, from: OTHER, to: '0x01', block: inBlock(4) });
    await store.commit(leader, { transfers: [{ ...token, direction: 'out' }] });
    expect(await toRead()).toEqual([
      { address: PURSE, asset: ASSET },
      { address: OTHER, asset: TOKEN },
    ]);
    expect(await toRead([TOKEN])).toEqual([{ address: OTHER, asset: TOKEN }]);
    await store.commit(leader, { balances: { read: [readAt(5, 7n)] } });
    expect(await toRead()).toEqual([{ address: OTHER, asset: TOKEN }]);
  });

  it('are compared with what moved up to their block, and then read again when more moves', async () => {
    await pay(4, '7');
    await pay(5, '10', 'in', '4');
    await pay(5, '3', 'out');
    await pay(6, '100');
    await store.commit(leader, { balances: { read: [readAt(5, 12n)] } });
    expect(await store.balancesRead(CHAIN, 4, 10)).toEqual([]);
    const due = await store.balancesRead(CHAIN, 5, 10);
    expect(due).toEqual([{ ...readAt(5, 12n), moved: 10n }]);
    expect(await store.balancesRead('eip155:1', 9, 10)).toEqual([]);
    await store.commit(leader, { balances: { checked: due } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([]);
    // The payment in block 6 came after the read.
    expect(await toRead()).toEqual([{ address: PURSE, asset: ASSET }]);
    await store.commit(leader, { balances: { read: [readAt(6, 110n)] } });
    expect(await store.balancesRead(CHAIN, 6, 10)).toEqual([{ ...readAt(6, 110n), moved: 110n }]);
  });

  it('count what a rescan finds later in a block that was compared, and what a reorg takes back', async () => {
    const paid = await pay(4, '7');
    await store.commit(leader, { balances: { read: [readAt(5, 12n)] } });
    await store.commit(leader, { balances: { checked: await store.balancesRead(CHAIN, 5, 10) } });
    await pay(4, '5');
    expect(await toRead()).toHaveLength(1);
    await store.commit(leader, { balances: { read: [readAt(6, 12n)] } });
    expect(await store.balancesRead(CHAIN, 6, 10)).toEqual([{ ...readAt(6, 12n), moved: 12n }]);
    const reverted = { ...paid.transfer, version: paid.transfer.version + 1, status: 'reverted' };
    await store.commit(leader, {
      transfers: [{ ...paid, transfer: { ...reverted, status: 'reverted' } }],
    });
    expect(await store.balancesRead(CHAIN, 6, 10)).toEqual([{ ...readAt(6, 12n), moved: 5n }]);
  });

  it('do not count what failed, or waits as an unproven trace or for its balance', async () => {
    const failed = aTracked({ status: 'failed', to: PURSE, amount: '5', block: inBlock(4) });
    const [unproven, unread] = (['unproven-trace', 'unread-balance'] as const).map((waiting) =>
      aTracked({ to: PURSE, amount: '9', block: inBlock(4), waiting }),
    ) as [TrackedTransfer, TrackedTransfer];
    await store.commit(leader, { transfers: [failed, unproven, unread] });
    await store.commit(leader, { balances: { read: [readAt(5, 0n)] } });
    expect(await store.balancesRead(CHAIN, 5, 10)).toEqual([{ ...readAt(5, 0n), moved: 0n }]);
    const { waiting: _, ...counted } = unread.transfer;
    const version = { ...counted, version: counted.version + 1, netted: '2', unbacked: '2' };
    await store.commit(leader, { transfers: [{ ...unread, transfer: version }] });
    expect(await store.balancesRead(CHAIN, 5, 10)).toEqual([{ ...readAt(5, 0n), moved: 7n }]);
    expect(await toRead()).toEqual([]);
  });

  it('are forgotten, and read again, when their block is replaced before they are compared', async () => {
    await pay(4, '7');
    await store.commit(leader, { balances: { read: [readAt(6, 7n)] } });
    const added = [aHeader(6, 'b')];
    await store.commit(leader, { advance: { ancestor: 5, added, oldest: 3 } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([]);
    expect(await toRead()).toEqual([{ address: PURSE, asset: ASSET }]);
    // The answer about the replaced block comes late.
    await store.commit(leader, { balances: { read: [readAt(6, 7n)] } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([]);
    const again = readAt(6, 7n, { hash: '0xb6' });
    await store.commit(leader, { balances: { read: [again] } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([{ ...again, moved: 7n }]);
  });

  it('are added up whatever a token says that it moved', async () => {
    const most = 2n ** 256n - 1n;
    const transfers = Array.from({ length: 900 }, () =>
      aTracked({ asset: TOKEN, to: PURSE, amount: `${most}`, block: inBlock(4) }),
    );
    await store.commit(leader, { transfers });
    const read = readAt(5, 3n, { asset: TOKEN });
    await store.commit(leader, { balances: { read: [read] } });
    const due = await store.balancesRead(CHAIN, 5, 10);
    expect(due).toEqual([{ ...read, moved: 900n * most }]);
    await store.commit(leader, { balances: { checked: due } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([]);
  });

  it('that the node did not say come after all others', async () => {
    await pay(4, '7');
    const unread = { at: 1_000, holdings: [{ address: PURSE, asset: ASSET }] };
    await store.commit(leader, { balances: { unread } });
    const token = aTracked({ asset: TOKEN, from: '0x01', to: OTHER, block: inBlock(4) });
    await store.commit(leader, { transfers: [token] });
    expect(await store.balancesToRead(CHAIN, [ASSET, TOKEN], 1, 9_999)).toEqual([
      { address: OTHER, asset: TOKEN },
    ]);
    expect(await toRead()).toHaveLength(2);
    expect(await toRead([ASSET], 999)).toEqual([]);
    expect(await toRead([ASSET], 1_000)).toHaveLength(1);
  });

  it('of addresses where nothing moved are compared once, and leave nothing to read', async () => {
    await store.commit(leader, { addresses: [PURSE, OTHER, '0x04'] });
    expect(await store.addressesAfter(CHAIN, '', 2)).toEqual([PURSE, OTHER]);
    expect(await store.addressesAfter(CHAIN, OTHER, 2)).toEqual(['0x04']);
    await store.commit(leader, { balances: { read: [readAt(5, 3n)] } });
    const due = await store.balancesRead(CHAIN, 5, 10);
    expect(due).toEqual([{ ...readAt(5, 3n), moved: 0n }]);
    const sweep = { after: PURSE, since: 1_700_000_000_000, lastMs: 60_000 };
    await store.commit(leader, { balances: { checked: due, sweep } });
    expect(await store.balancesRead(CHAIN, 9, 10)).toEqual([]);
    expect(await toRead()).toEqual([]);
    expect((await store.load(CHAIN)).sweep).toEqual(sweep);
  });
}
