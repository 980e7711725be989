import { hash } from 'node:crypto';
import fc from 'fast-check';
import { createAddressTable } from './address-table';

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
        const table = createAddressTable();
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
    const table = createAddressTable();
    const count = 150_000;
    const added = Array.from({ length: count }, (_, n) => nth(n));
    for (const it of added) table.add(it);
    expect(table.size).toBe(count);
    expect(added.filter((it) => !table.has(it))).toEqual([]);
    const others = Array.from({ length: count }, (_, n) => nth(count + n));
    expect(others.filter((it) => table.has(it))).toEqual([]);
  });

  it('finds an address in upper case and inside the topic of a log', () => {
    const table = createAddressTable();
    table.add(nth(1));
    expect(table.has(`0x${nth(1).slice(2).toUpperCase()}`)).toBe(true);
    expect(table.has(`0x${'0'.repeat(24)}${nth(1).slice(2)}`, 26)).toBe(true);
    expect(table.has(`0x${'0'.repeat(24)}${nth(2).slice(2)}`, 26)).toBe(false);
  });

  it('holds a million addresses in less than 40 MB', () => {
    const table = createAddressTable();
    const hex = '0x00000000000000000000000000000000';
    for (let n = 0; n < 1_000_000; n++) table.add(hex + n.toString(16).padStart(8, '0'));
    expect(table.size).toBe(1_000_000);
    expect(table.bytes).toBeLessThan(40_000_000);
  });
});
