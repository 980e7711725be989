import { FAMILIES } from '@daybook/domain';
import fc from 'fast-check';
import { TronWeb } from 'tronweb';
import {
  canonicalAddress,
  canonicalTransaction,
  displayAddress,
  FAMILY_RULES,
  familyOfChain,
  isFungible,
  parseAssetId,
  readAddress,
} from './family';

const ANVIL = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
/** The contract of USDT on TRON, as TRON's documentation writes it in both forms. */
const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';
const USDT_HEX = '41a614f803b6fd780986a42c78ec9c7f77e6ded13c';

const key = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);

describe('the hash of a transaction', () => {
  const digits = 'aB'.repeat(32);

  it('is compared in lower case, with 0x on EVM chains and without on TRON', () => {
    expect(canonicalTransaction('evm', `0x${digits}`)).toBe(`0x${digits.toLowerCase()}`);
    expect(canonicalTransaction('tron', digits)).toBe(digits.toLowerCase());
  });

  it.each(['', '0x', `0x${digits}0`, `0x${digits.slice(1)}`, ` 0x${digits}`, `0x${digits}\n`])(
    'is not %j',
    (text) => {
      expect(FAMILIES.map((family) => canonicalTransaction(family, text))).toEqual([null, null]);
    },
  );

  it('is not that of the other family', () => {
    expect(canonicalTransaction('evm', digits)).toBeNull();
    expect(canonicalTransaction('tron', `0x${digits}`)).toBeNull();
  });
});

describe('an EVM address', () => {
  it('is stored in lower case for every valid spelling, and shown with its checksum', () => {
    const lower = ANVIL.toLowerCase();
    expect(canonicalAddress('evm', ANVIL)).toBe(lower);
    expect(canonicalAddress('evm', lower)).toBe(lower);
    expect(canonicalAddress('evm', `0x${lower.slice(2).toUpperCase()}`)).toBe(lower);
    expect(displayAddress('evm', lower)).toBe(ANVIL);
  });

  it.each([
    ['a wrong checksum', ANVIL.replace('F6F4', 'f6F4')],
    ['a missing digit', ANVIL.slice(0, -1)],
    ['no prefix', ANVIL.slice(2)],
    ['an address of another family', USDT],
  ])('is not %s', (_, text) => {
    expect(canonicalAddress('evm', text)).toBeNull();
  });
});

describe('a TRON address', () => {
  it.each([
    [USDT, USDT_HEX],
    // From TRON's documentation of its HTTP interface.
    ['TPL66VK2gCXNCD7EJg9pgJRfqcRazjhUZY', '41928c9af0651632157ef27a2cf17ca72c575a4d21'],
    // As a node of a private network wrote them.
    ['TXhE7XcCx1kakTuLgx55R8WmjGsdA45YD7', '41EE4D0A2B5EDEB490714C1E9A061DB988AA1C2812'],
    ['TYBqvetso6TxNMgnyxyaeNeTKaiVtCzCSq', '41f3b694d8cdf806bd90f76157b5daf32109bdf728'],
  ])('is stored and shown in base58: %s', (base58, hex) => {
    expect(canonicalAddress('tron', base58)).toBe(base58);
    expect(canonicalAddress('tron', hex)).toBe(base58);
    expect(displayAddress('tron', base58)).toBe(base58);
    expect(FAMILY_RULES.tron.addressKey(base58)).toBe(`0x${hex.slice(2).toLowerCase()}`);
  });

  it.each([
    ['a wrong checksum', `${USDT.slice(0, -1)}u`],
    ['two characters swapped', USDT.replace('NHq', 'HNq')],
    ['another case', USDT.toUpperCase()],
    ['a missing character', USDT.slice(0, -1)],
    ['white space', ` ${USDT}`],
    ['a character outside base58', USDT.replace('7', '0')],
    ['an address of another family', ANVIL],
    ['hexadecimal digits without 41', USDT_HEX.slice(2)],
    ['hexadecimal digits behind 0x', `0x${USDT_HEX}`],
    ['41 and a digit too many', `${USDT_HEX}0`],
    ['an address of Bitcoin', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(canonicalAddress('tron', text)).toBeNull();
  });

  it('that tronweb made is read as its 20 bytes, and as none with another character', () => {
    const place = fc.integer({ min: 1, max: 33 });
    fc.assert(
      fc.property(key, place, fc.constantFrom(...'19AZaz'), (digits, at, character) => {
        const address = TronWeb.address.fromHex(`41${digits.slice(2)}`);
        const typed = address.slice(0, at) + character + address.slice(at + 1);
        expect(canonicalAddress('tron', typed)).toBe(typed === address ? address : null);
        expect(FAMILY_RULES.tron.addressKey(address)).toBe(digits);
      }),
    );
  });

  it('is what tronweb makes of the same 20 bytes', () => {
    fc.assert(
      fc.property(key, (digits) => {
        const address = FAMILY_RULES.tron.addressOfKey(digits);
        expect(address).toBe(TronWeb.address.fromHex(`41${digits.slice(2)}`));
        expect(TronWeb.isAddress(address)).toBe(true);
      }),
    );
  });
});

describe.each(FAMILIES)('the addresses of %s', (family) => {
  it('are 20 bytes, stored in one form and found from every valid spelling', () => {
    fc.assert(
      fc.property(key, (digits) => {
        const address = FAMILY_RULES[family].addressOfKey(digits);
        expect(FAMILY_RULES[family].addressKey(address)).toBe(digits);
        expect(canonicalAddress(family, address)).toBe(address);
        expect(canonicalAddress(family, displayAddress(family, address))).toBe(address);
        expect(readAddress(displayAddress(family, address))).toEqual({ family, address });
      }),
    );
  });
});

it('is no address of any family', () => {
  for (const text of ['', '0x12', 'tron', `${USDT}0`]) expect(readAddress(text)).toBeNull();
});

describe('familyOfChain', () => {
  it.each([
    ['eip155:1', 'evm'],
    ['tron:728126428', 'tron'],
    ['tron:3448148188', 'tron'],
    ['tron:mainnet', null],
    ['tron:0', null],
    ['tron:', null],
    ['tron', null],
    ['eip155:1:2', null],
    ['solana:1', null],
  ])('of %s is %s', (chain, family) => {
    expect(familyOfChain(chain)).toBe(family);
  });
});

describe('parseAssetId', () => {
  const token = `0x${'ab'.repeat(20)}`;

  it.each([
    [`eip155:1/erc20:${token}`, { chain: 'eip155:1', kind: 'contract', contract: token }],
    ['eip155:1/slip44:60', { chain: 'eip155:1', kind: 'coin', contract: null }],
    [`tron:1/trc20:${USDT}`, { chain: 'tron:1', kind: 'contract', contract: USDT }],
    ['tron:1/trc10:1000001', { chain: 'tron:1', kind: 'issued', contract: null }],
    ['tron:1/slip44:195', { chain: 'tron:1', kind: 'coin', contract: null }],
  ])('reads %s', (id, parts) => {
    expect(parseAssetId(id)).toMatchObject(parts);
    expect(isFungible(id)).toBe(true);
  });

  it.each([
    `eip155:1/erc20:${token.toUpperCase()}`,
    `eip155:1/trc20:${USDT}`,
    'eip155:1/constructor:1',
    'tron:1/slip44:60',
    'tron:1/trc10:0',
    `tron:1/trc20:${USDT.slice(0, -1)}u`,
    `tron:1/trc20:${USDT_HEX}`,
    `tron:1/erc20:${token}`,
    'tron/slip44:195',
    'solana:1/slip44:501',
    '',
  ])('reads nothing else, such as %s', (id) => {
    expect(parseAssetId(id)).toBeNull();
    expect(isFungible(id)).toBe(true);
  });

  it.each([`eip155:1/erc721:${token}/7`, `tron:1/trc721:${USDT}/7`])(
    'lists no collectible: %s',
    (id) => {
      expect(parseAssetId(id)).toBeNull();
      expect(isFungible(id)).toBe(false);
    },
  );
});
