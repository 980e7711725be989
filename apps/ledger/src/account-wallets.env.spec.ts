import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidWalletsFile, loadWalletsFile, readWalletsFile } from './account-wallets.env';

const accountId = '5e0d6c1a-7a5d-5b1e-9a51-0d8f3b6c2a11';
const otherId = '00000000-0000-5000-8000-00000000aaaa';
const wallet = '0x52908400098527886E0F7030069857D2E4169EE7';
const gas = '0x00000000000000000000000000000000000000a5';
const tron = 'TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL6';

const read = (accounts: object) => readWalletsFile(JSON.stringify({ accounts }));

function faultsOf(accounts: object | string): readonly string[] {
  try {
    if (typeof accounts === 'string') readWalletsFile(accounts);
    else read(accounts);
  } catch (error) {
    if (error instanceof InvalidWalletsFile) return error.faults;
    throw error;
  }
  return [];
}

describe('the wallets file', () => {
  it('names wallets and gas addresses by account, in any form of an address', () => {
    const wallets = read({ [accountId]: { wallets: [wallet, tron], gas: [gas] } });
    const evm = (address: string) => ({ family: 'evm', address }) as const;
    expect(wallets.isWallet(accountId, evm(wallet.toLowerCase()))).toBe(true);
    expect(wallets.isWallet(accountId, { family: 'tron', address: tron })).toBe(true);
    expect(wallets.isWallet(accountId, evm(gas))).toBe(false);
    expect(wallets.isGas(accountId, evm(gas))).toBe(true);
    expect(wallets.isGas(accountId, evm(wallet.toLowerCase()))).toBe(false);
    expect(wallets.isWallet(otherId, evm(wallet.toLowerCase()))).toBe(false);
  });

  it('may be left out, or be empty', () => {
    expect(loadWalletsFile(null).registered).toEqual([]);
    expect(read({}).registered).toEqual([]);
    expect(read({ [accountId]: {} }).registered).toEqual([]);
  });

  it('may have one gas address for several accounts', () => {
    expect(faultsOf({ [accountId]: { gas: [gas] }, [otherId]: { gas: [gas] } })).toEqual([]);
  });

  it.each([
    ['no JSON', '{', /column/],
    ['another form', '[]', /must have the form { "accounts"/],
    ['more than accounts', '{"accounts":{},"wallets":[]}', /must have the form/],
    ['no UUID', { shop: {} }, /"shop" is not the id of an account/],
    ['another list', { [accountId]: { wallet: [] } }, /must have "wallets" and "gas"/],
    ['no object', { [accountId]: [wallet] }, /must have "wallets" and "gas"/],
    ['no list', { [accountId]: { wallets: wallet } }, /wallets must be a list of addresses/],
    ['no address', { [accountId]: { gas: ['0x12'] } }, /gas\[0\]: "0x12" is not an address/],
    [
      'a wrong checksum',
      { [accountId]: { gas: [wallet.replace('E7', 'e7')] } },
      /its checksum is wrong/,
    ],
    ['no text', { [accountId]: { gas: [7] } }, /gas\[0\]: 7 is not an address/],
    ['both', { [accountId]: { wallets: [gas], gas: [gas] } }, /stands at .*wallets\[0\] too/],
    ['one twice', { [accountId]: { wallets: [gas, gas] } }, /wallets\[1\]: .* too/],
    [
      'the wallet of two accounts',
      { [accountId]: { wallets: [gas] }, [otherId]: { wallets: [gas] } },
      /of one account/,
    ],
    [
      'the wallet of one and the gas address of another',
      { [accountId]: { wallets: [gas] }, [otherId]: { gas: [gas] } },
      /of one account/,
    ],
  ] as const)('is refused with a sentence if it has %s', (_, file, sentence) => {
    expect(faultsOf(file)).toEqual([expect.stringMatching(sentence)]);
  });

  it('is refused with every fault', () => {
    expect(faultsOf({ shop: {}, [accountId]: { gas: ['x', 'y'] } })).toHaveLength(3);
  });

  it('is read from its path, and refused if it cannot be', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-wallets-'));
    const path = join(folder, 'wallets.json');
    writeFileSync(path, JSON.stringify({ accounts: { [accountId]: { gas: [gas] } } }));
    expect(loadWalletsFile(path).registered).toHaveLength(1);
    rmSync(folder, { recursive: true });
    expect(() => loadWalletsFile(path)).toThrow(/cannot be read \(ENOENT\)/);
  });
});
