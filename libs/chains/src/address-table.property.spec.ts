import { hash } from 'node:crypto';
import fc from 'fast-check';
import { createAddressTable } from './address-table';
import { FAMILY_RULES } from './family';

/** SHA-1 has the length of an address. */
function nth(n: number): string {
  return `0x${hash('sha1', String(n))}`;
}

/** Few different digits at few places, so that equal and nearly equal addresses meet. */
const address = fc
  .array(fc.constantFrom('0', '1', 'f'), { minLength: 3, maxLength: 3 })
  .chain((digits) => fc.constantFrom(0, 17, 37).map((at) => [digits.join(''), at] as const))
  .map(([digits, at]) => `0x${'a'.repeat(at)}${digits}${'a'.repeat(37 - at)}`);

describe('createAddressTable', () => {
  it('holds what was added and nothing else, as a Set does', () => {
    fc.assert(
      fc.property(fc.array(address), fc.array(address), (added, asked) => {
        const table = createAddressTable('evm');
        const set = new Set<string>();
        for (const it of added) {
          expect(table.add(it)).toBe(!set.has(it));
          set.add(it);
        }
        expect(table.size).toBe(set.size);
        for (const it of [...asked, ...added]) expect(table.has(it)).toBe(set.has(it));
      }),
    );
  });

  it('keeps every address while it grows over several blocks of keys', () => {
    const table = createAddressTable('evm');
    // Two blocks, and a part of the third.
    const count = 140_000;
    const added = Array.from({ length: count }, (_, n) => nth(n));
    for (const it of added) table.add(it);
    expect(table.size).toBe(count);
    expect(added.filter((it) => !table.has(it))).toEqual([]);
    const others = Array.from({ length: 20_000 }, (_, n) => nth(count + n));
    expect(others.filter((it) => table.has(it))).toEqual([]);
  });

  it('finds the addresses of TRON, of which only a few characters differ', () => {
    const table = createAddressTable('tron');
    const address = (n: number) => FAMILY_RULES.tron.addressOfKey(nth(n));
    for (let n = 0; n < 100; n++) expect(table.add(address(n))).toBe(true);
    for (let n = 0; n < 200; n++) expect(table.has(address(n))).toBe(n < 100);
    expect(table.add(address(7))).toBe(false);
    expect(table.size).toBe(100);
  });

  it.each([
    ['evm', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
    ['evm', `0x${'aB'.repeat(20)}`],
    ['evm', nth(1).slice(0, -1)],
    ['evm', `${nth(1)}0`],
    ['evm', `${nth(1).slice(0, -1)}g`],
    ['evm', `${nth(1).slice(0, -1)}\u0661`],
    ['evm', nth(1).slice(2)],
    ['tron', nth(1)],
    ['tron', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u'],
    ['tron', '41a614f803b6fd780986a42c78ec9c7f77e6ded13c'],
  ] as const)('of the family %s refuses %s instead of holding another key', (family, text) => {
    const table = createAddressTable(family);
    expect(() => table.add(text)).toThrow(RangeError);
    expect(() => table.has(text)).toThrow(RangeError);
    expect(table.size).toBe(0);
  });

  it('holds a quarter of a million addresses in less than 10 MB', () => {
    const table = createAddressTable('evm');
    const hex = '0x00000000000000000000000000000000';
    // The table doubles, so that a million takes four times as much.
    const count = 250_000;
    for (let n = 0; n < count; n++) table.add(hex + n.toString(16).padStart(8, '0'));
    expect(table.size).toBe(count);
    expect(table.bytes).toBeLessThan(10_000_000);
  });
});
