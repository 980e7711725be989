import { HDNodeWallet, Mnemonic } from 'ethers';
import {
  canonicalAddress,
  DEVELOPMENT_XPUB,
  deriveEvmAddress,
  displayAddress,
  InvalidXpub,
  parseEvmXpub,
  refuseDevelopmentXpub,
} from './addresses';

const PHRASE = 'test test test test test test test test test test test junk';
const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'");

/** What the refusal says, after checking that it repeats nothing of what was given. */
function refusal(given: string): string {
  try {
    parseEvmXpub(given);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidXpub);
    const shown = JSON.stringify([error, (error as Error).message, (error as Error).stack]);
    for (const word of given.split(/\s+/)) {
      if (word.length > 20) expect(shown).not.toContain(word.slice(4, 24));
    }
    expect((error as Error).cause).toBeUndefined();
    return (error as Error).message;
  }
  throw new Error('It was accepted.');
}

describe('parseEvmXpub', () => {
  it('accepts an account-level xpub, with white space around it', () => {
    const xpub = parseEvmXpub(` ${DEVELOPMENT_XPUB}\n`);
    expect(xpub).toMatchObject({ fingerprint: '0x3bf95407', isDevelopment: true });
  });

  it('accepts account 1 as well and knows that it is not the development xpub', () => {
    const other = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/1'");
    expect(parseEvmXpub(other.neuter().extendedKey).isDevelopment).toBe(false);
  });

  it.each([
    ['an extended private key', account.extendedKey, 'extended private key'],
    ['a private key of another wallet format', `zprv${account.extendedKey.slice(4)}`, 'private'],
    ['a raw private key', account.privateKey, 'a private key'],
    ['a raw private key without 0x', account.privateKey.slice(2).toUpperCase(), 'a private key'],
    ['a recovery phrase', PHRASE, 'recovery phrase'],
    ['an address', '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'account-level xpub is needed'],
    ['nothing', '', 'account-level xpub is needed'],
    ['a typing error', `${DEVELOPMENT_XPUB.slice(0, -1)}Q`, 'checksum'],
    ['a cut key', DEVELOPMENT_XPUB.slice(0, -5), 'checksum'],
    ['letters outside base58', `${DEVELOPMENT_XPUB.slice(0, -1)}0`, 'checksum'],
    ['the wallet root', HDNodeWallet.fromPhrase(PHRASE, '', 'm').neuter().extendedKey, 'depth 0'],
    ['a key below the account', account.deriveChild(0).neuter().extendedKey, 'depth 4'],
  ])('refuses %s without repeating it', (_, given, said) => {
    expect(refusal(given)).toContain(said);
  });
});

describe('deriveEvmAddress', () => {
  it('derives what every wallet derives from the recovery phrase', () => {
    const xpub = parseEvmXpub(DEVELOPMENT_XPUB);
    expect(deriveEvmAddress(xpub, 0)).toBe('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266');
    expect(deriveEvmAddress(xpub, 1)).toBe('0x70997970c51812dc3a010c7d01b50e0d17dc79c8');
    for (const index of [2, 19, 1_000, 2 ** 31 - 1]) {
      const wallet = account.deriveChild(0).deriveChild(index);
      expect(deriveEvmAddress(xpub, index)).toBe(wallet.address.toLowerCase());
    }
  });

  // The only step of that vector which needs no private key.
  it('agrees with BIP-32, test vector 2, from m to m/0', () => {
    const master = HDNodeWallet.fromExtendedKey(
      'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB',
    );
    expect(master.deriveChild(0).extendedKey).toBe(
      'xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH',
    );
  });

  it.each([-1, 1.5, 2 ** 31, Number.NaN])('refuses the index %p', (index) => {
    expect(() => deriveEvmAddress(parseEvmXpub(DEVELOPMENT_XPUB), index)).toThrow(RangeError);
  });
});

describe('refuseDevelopmentXpub', () => {
  it('allows the development xpub on local chains only', () => {
    const xpub = parseEvmXpub(DEVELOPMENT_XPUB);
    expect(() => refuseDevelopmentXpub(xpub, ['eip155:31337', 'eip155:1337'])).not.toThrow();
    expect(() => refuseDevelopmentXpub(xpub, [])).not.toThrow();
    expect(() => refuseDevelopmentXpub(xpub, ['eip155:31337', 'eip155:1'])).toThrow(/eip155:1:/);
  });
});

describe('canonicalAddress', () => {
  const checksummed = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

  it('gives the lower case of any right spelling', () => {
    const lower = checksummed.toLowerCase();
    expect(canonicalAddress('evm', checksummed)).toBe(lower);
    expect(canonicalAddress('evm', lower)).toBe(lower);
    expect(canonicalAddress('evm', `0x${lower.slice(2).toUpperCase()}`)).toBe(lower);
    expect(displayAddress('evm', lower)).toBe(checksummed);
  });

  it.each([
    ['a wrong checksum', checksummed.replace('F6F4', 'f6F4')],
    ['a missing digit', checksummed.slice(0, -1)],
    ['no prefix', checksummed.slice(2)],
    ['an address of another family', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ])('has none for %s', (_, text) => {
    expect(canonicalAddress('evm', text)).toBeNull();
  });
});
