import { FAMILIES, type Family } from '@daybook/domain';
import { HDKey } from '@scure/bip32';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { TronWeb } from 'tronweb';
import { FAMILY_RULES } from './family';
import { deriveAddress, InvalidXpub, parseXpub, purseXpubs } from './xpub';

const PHRASE = 'test test test test test test test test test test test junk';
const DEVELOPMENT_XPUB = FAMILY_RULES.evm.wallet.developmentXpub;
const accountOf = (family: Family, number = 0) =>
  HDNodeWallet.fromMnemonic(
    Mnemonic.fromPhrase(PHRASE),
    FAMILY_RULES[family].wallet.accountPath.replace(/0'$/, `${number}'`),
  );
const account = accountOf('evm');

/** The address that a wallet shows, by the library that wallets of the family are made with. */
const walletAddress: Readonly<Record<Family, (phrase: string, path: string) => string>> = {
  evm: (phrase, path) =>
    HDNodeWallet.fromPhrase(phrase, '', `m/44'/60'/0'/${path}`).address.toLowerCase(),
  tron: (phrase, path) => TronWeb.fromMnemonic(phrase, `m/44'/195'/0'/${path}`).address,
};

/** What the refusal says, after checking that it repeats nothing of what was given. */
function refusal(given: string): string {
  try {
    parseXpub('evm', given);
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

describe('parseXpub', () => {
  it('accepts an account-level xpub, with white space around it', () => {
    const xpub = parseXpub('evm', ` ${DEVELOPMENT_XPUB}\n`);
    expect(xpub).toMatchObject({ family: 'evm', fingerprint: '0x3bf95407', isDevelopment: true });
  });

  it.each(FAMILIES)('knows the development xpub of %s, and that account 1 is another', (family) => {
    const [first, second] = [accountOf(family), accountOf(family, 1)].map((it) =>
      parseXpub(family, it.neuter().extendedKey),
    );
    expect([first?.isDevelopment, second?.isDevelopment]).toEqual([true, false]);
  });

  it('knows a development xpub that is configured for another family', () => {
    expect(parseXpub('tron', DEVELOPMENT_XPUB).isDevelopment).toBe(true);
  });

  it('names the path of the family', () => {
    expect(() => parseXpub('tron', '')).toThrow("m/44'/195'/0'");
    expect(() => parseXpub('evm', '')).toThrow("m/44'/60'/0'");
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

describe('deriveAddress', () => {
  it.each([
    ['evm', 0, '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
    ['evm', 1, '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'],
    ['tron', 0, 'TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL6'],
    ['tron', 1, 'TPjjvMwjPoDC32V2dGDYTkLH4E5LAtBZ6C'],
  ] as const)(
    'gives the known address of the development wallet: %s %i',
    (family, index, known) => {
      const xpub = parseXpub(family, FAMILY_RULES[family].wallet.developmentXpub);
      expect(deriveAddress(xpub, { branch: 0, index })).toBe(known);
    },
  );

  it.each(FAMILIES)(
    'derives what every wallet of %s derives from the recovery phrase',
    (family) => {
      const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
      const path = FAMILY_RULES[family].wallet.accountPath;
      const xpub = parseXpub(
        family,
        HDNodeWallet.fromPhrase(phrase, '', path).neuter().extendedKey,
      );
      for (const branch of [0, 1, 239_000_003, 2 ** 31 - 1]) {
        for (const index of [0, 2, 19, 1_000, 2 ** 31 - 1]) {
          const known = walletAddress[family](phrase, `${branch}/${index}`);
          expect(deriveAddress(xpub, { branch, index })).toBe(known);
        }
      }
    },
  );

  // The only step of that vector which needs no private key.
  it('agrees with BIP-32, test vector 2, from m to m/0', () => {
    const master = HDKey.fromExtendedKey(
      'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB',
    );
    expect(master.deriveChild(0).publicExtendedKey).toBe(
      'xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH',
    );
  });

  it.each([-1, 1.5, 2 ** 31, Number.NaN])('refuses the branch or index %p', (number) => {
    const xpub = parseXpub('evm', DEVELOPMENT_XPUB);
    expect(() => deriveAddress(xpub, { branch: 0, index: number })).toThrow(RangeError);
    expect(() => deriveAddress(xpub, { branch: number, index: 0 })).toThrow(RangeError);
  });
});

describe('purseXpubs', () => {
  const none = { evm: undefined, tron: undefined };

  const xpubs = (family: Family) => accountOf(family, 1).neuter().extendedKey;

  it('are of every family, all for development, if none is configured', () => {
    const found = [...purseXpubs(none, [])];
    expect(found.map(([family, { isDevelopment }]) => [family, isDevelopment])).toEqual([
      ['evm', true],
      ['tron', true],
    ]);
  });

  it('are those that are configured, and no other, if there is one', () => {
    const one = purseXpubs({ ...none, evm: xpubs('evm') }, []);
    expect([...one].map(([family, xpub]) => [family, xpub.isDevelopment])).toEqual([
      ['evm', false],
    ]);
    const both = purseXpubs({ evm: xpubs('evm'), tron: xpubs('tron') }, ['eip155:1', 'tron:1']);
    expect([...both.keys()]).toEqual(['evm', 'tron']);
  });

  it('are refused if a family is watched whose xpub was forgotten', () => {
    expect(() => purseXpubs({ ...none, evm: xpubs('evm') }, ['tron:728126428'])).toThrow(
      /tron:728126428 is watched, but no xpub of the family tron is configured.*m\/44'\/195'\/0'/,
    );
  });

  it('allow the development xpub on local chains only', () => {
    expect(() => purseXpubs(none, ['eip155:31337', 'eip155:1337'])).not.toThrow();
    expect(() => purseXpubs(none, ['eip155:31337', 'eip155:1'])).toThrow(/used on eip155:1:/);
    expect(() => purseXpubs(none, ['tron:1351433853', 'eip155:31337'])).not.toThrow();
    expect(() => purseXpubs(none, ['tron:728126428'])).toThrow(/used on tron:728126428:/);
    const own = { ...none, evm: xpubs('evm') };
    expect(() => purseXpubs(own, ['eip155:1'])).not.toThrow();
  });
});
