import { purseXpubs } from '@daybook/chains';
import { type PurseAddress, PurseAddresses } from './purse-addresses';

const XPUBS = purseXpubs({ evm: undefined, tron: undefined }, []);

const addresses = () => new PurseAddresses(XPUBS, async () => 7);
const indexOf = async ({ derivation }: PurseAddress) => derivation.index;
const fail = async () => {
  throw new Error('The log cannot be written.');
};

describe('the address of a purse whose mint failed', () => {
  it('is the same when the mint is repeated, so that repeats use up no addresses', async () => {
    const given = addresses();
    for (let repeat = 0; repeat < 50; repeat++) {
      await expect(given.tryFor('a', 'evm', fail)).rejects.toThrow('cannot be written');
    }
    expect(await given.tryFor('b', 'evm', indexOf)).toBe(1);
    expect(await given.tryFor('a', 'evm', indexOf)).toBe(0);
    expect(await given.tryFor('c', 'evm', indexOf)).toBe(2);
  });

  it('is another one for each purse, as the failed mint may have been written', async () => {
    const given = addresses();
    await expect(given.tryFor('a', 'evm', fail)).rejects.toThrow();
    await expect(given.tryFor('b', 'evm', fail)).rejects.toThrow();
    const indexes = await Promise.all(['b', 'a'].map((id) => given.tryFor(id, 'evm', indexOf)));
    expect(indexes).toEqual([1, 0]);
  });

  it('is forgotten for the purses that failed first, where ten thousand did', async () => {
    const given = addresses();
    for (let purse = 0; purse <= 10_000; purse++) {
      await given.tryFor(String(purse), 'evm', fail).catch(() => undefined);
    }
    expect(await given.tryFor('1', 'evm', indexOf)).toBe(1);
    expect(await given.tryFor('0', 'evm', indexOf)).toBe(10_001);
  });
});
