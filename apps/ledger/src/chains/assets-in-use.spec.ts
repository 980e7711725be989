import { InvalidChainsFile, readChainsFile } from '@daybook/chains';
import { type Asset, streamName, upcast } from '@daybook/domain';
import * as a from '../../../../libs/domain/testing/a';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { AssetRegistry } from './asset-registry';
import { AssetsInUse } from './assets-in-use';
import { checkAssets } from './check-assets';

const CHAIN = 'eip155:1329';
const TOKEN = `${CHAIN}/erc20:0x${'ab'.repeat(20)}`;
const token = a.asset({ id: TOKEN, chain: CHAIN, currency: 'TOKEN_SEI', decimals: 6 });

const id = (asset: string) => asset;

let store: InMemoryEventStore;
beforeEach(() => {
  store = new InMemoryEventStore();
});

/** A process with this chains file. */
const process = (...listed: readonly Asset[]) => new AssetsInUse(store, new AssetRegistry(listed));

const eventsOf = async (asset = TOKEN) =>
  (await store.readStream(streamName('asset', asset))).map(upcast);

/** The start of a process whose chains file lists the token like this; null lists none. */
function start(listed: Partial<Pick<Asset, 'decimals' | 'currency'>> | null = {}, chain = CHAIN) {
  const asset = { id: TOKEN, currency: 'TOKEN_SEI', decimals: 6, minimum: '1', ...listed };
  const entry = { id: chain, rpcUrl: 'https://node.example', assets: listed ? [asset] : [] };
  const registry = readChainsFile(JSON.stringify({ chains: [entry] }));
  return checkAssets(store, { query: tableOf as never }, registry);
}

/** The read model of the log. */
async function tableOf() {
  const ids = [TOKEN, 'eip155:1/slip44:60'];
  const streams = await Promise.all(ids.map(eventsOf));
  return streams.flatMap(([recorded], i) => (recorded ? [{ id: ids[i], ...recorded.data }] : []));
}

describe('the first use of an asset', () => {
  it('records its currency and decimals before the use, once', async () => {
    const one = process(token);
    expect([...(await one.of([TOKEN, TOKEN], id)).values()]).toEqual([token]);
    await one.of([TOKEN], id);
    await process(token).of([TOKEN], id);
    const { currency, decimals } = token;
    expect(await eventsOf()).toEqual([a.assetRecorded({ asset: TOKEN, currency, decimals })]);
  });

  it('records one event where processes use it at the same moment', async () => {
    const processes = Array.from({ length: 8 }, () => process(token));
    const used = await Promise.all(processes.map((each) => each.of([TOKEN], id)));
    expect(used.every((listed) => listed.get(TOKEN) === token)).toBe(true);
    expect(await eventsOf()).toHaveLength(1);
  });

  it('lets one of two processes go on that have other decimals, and stops the other one', async () => {
    const processes = [process(token), process({ ...token, decimals: 8 })];
    const used = await Promise.allSettled(processes.map((each) => each.of([TOKEN], id)));
    const refused = used.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.any(InvalidChainsFile)]);
    expect(await eventsOf()).toHaveLength(1);
    // It stays stopped: nothing is remembered of what was refused.
    const stopped = processes[used.findIndex(({ status }) => status === 'rejected')];
    await expect(stopped?.of([TOKEN], id)).rejects.toThrow(/in the event log/);
  });

  it('records nothing of an asset that is not listed', async () => {
    expect((await process().of([TOKEN], id)).size).toBe(0);
    expect(await store.head()).toBe(0n);
  });

  it('records another currency with the next use', async () => {
    await process(token).of([TOKEN], id);
    await process({ ...token, currency: 'OTHER_SEI' }).of([TOKEN], id);
    expect((await eventsOf()).at(-1)).toEqual(a.assetRenamed({ currency: 'OTHER_SEI' }));
  });

  it('is recorded once where the answer of the log is lost', async () => {
    store.faults.push('answer-lost', 'unreachable');
    expect((await process(token).of([TOKEN], id)).size).toBe(1);
    expect(await eventsOf()).toHaveLength(1);
  });

  it('records what the books of an older log have and the chains file lists', async () => {
    const rows = [{ asset: TOKEN }, { asset: 'eip155:1/erc20:0x00' }];
    await process(token).recordBooked({ query: (async () => rows) as never });
    expect(await eventsOf()).toHaveLength(1);
    expect(await eventsOf('eip155:1/erc20:0x00')).toEqual([]);
  });
});

describe('the start with a chains file', () => {
  it('accepts anything of an asset that was never used', async () => {
    expect(await start()).toEqual([]);
    expect(await start({ decimals: 8 })).toEqual([]);
    expect(await start(null)).toEqual([]);
  });

  it('accepts what the log has', async () => {
    await process(token).of([TOKEN], id);
    expect(await start()).toEqual([]);
  });

  it('refuses other decimals, with what both have and what to do', async () => {
    await process(token).of([TOKEN], id);
    const refused = start({ decimals: 8 });
    await expect(refused).rejects.toThrow(InvalidChainsFile);
    await expect(refused).rejects.toThrow(
      `${TOKEN} has 8 decimals here, but 6 in the event log, which recorded it as TOKEN_SEI with its first use. Set its decimals to 6: another number would change every amount of it.`,
    );
  });

  it('names every asset that it refuses', async () => {
    const coin = a.asset({ id: 'eip155:1/slip44:60', chain: 'eip155:1', decimals: 17 });
    await process(token, coin).of([TOKEN, coin.id], id);
    await expect(start({ decimals: 8 })).rejects.toThrow(/2 faults(.|\n)*slip44:60(.|\n)*erc20:/);
  });

  it('warns of another currency', async () => {
    await process(token).of([TOKEN], id);
    expect(await start({ currency: 'OTHER_SEI' })).toEqual([
      `${TOKEN} was called TOKEN_SEI and is called OTHER_SEI now, in all answers and messages.`,
    ]);
  });

  it('warns of an asset that has left, and of a chain that is not watched any more', async () => {
    const coin = a.asset({ id: 'eip155:1/slip44:60', chain: 'eip155:1', decimals: 18 });
    await process(token, { ...coin, currency: 'ETH' }).of([TOKEN, coin.id], id);
    expect(await start(null, 'eip155:1330')).toEqual([
      `${TOKEN} is not listed any more. It stays TOKEN_SEI with 6 decimals in all answers and messages, but what moves of it is not credited.`,
      'Ethereum (eip155:1) is not watched any more, but ETH of it was recorded: what moves there is not seen.',
    ]);
  });
});
