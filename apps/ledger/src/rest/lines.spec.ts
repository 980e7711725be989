import { json } from '@daybook/contracts';
import { CSV, lineFormat, NDJSON } from './lines';

const money = {
  ...{ asset: 'eip155:1/slip44:60', currency: 'A "coin", so called', amount: '1.5' },
  ...{ baseUnits: '15', decimals: 1 },
};

describe('lineFormat', () => {
  it.each([
    [undefined, NDJSON],
    ['*/*', NDJSON],
    ['text/csv', CSV],
    ['application/json, text/csv;q=0.9', CSV],
    ['application/x-ndjson, text/csv', NDJSON],
  ])('of the header Accept %s is %s', (accept, mediaType) => {
    expect(lineFormat(accept, 'TransactionEntry').mediaType).toBe(mediaType);
  });

  it('writes an item as a line of JSON', () => {
    expect(lineFormat(undefined, 'Money').lineOf(money)).toBe(`${JSON.stringify(money)}\n`);
  });

  it('writes CSV with a column for each field, also for those inside others', () => {
    const { head, lineOf } = lineFormat(CSV, 'TransactionEntry');
    const columns = head.trimEnd().split(',');
    expect(columns).toEqual(
      expect.arrayContaining(['id', 'type', 'money.amount', 'netted.baseUnits', 'txHash']),
    );
    expect(columns).toHaveLength(
      Object.keys((json.SCHEMAS.TransactionEntry as { properties: object }).properties).length + 8,
    );
    const line = lineOf({ id: 'x', money, netted: null, reason: 'two\nlines' });
    expect(line.startsWith('x,')).toBe(true);
    expect(line).toContain('"A ""coin"", so called",1.5,15,1,,,,,');
    expect(line).toContain('"two\nlines"');
    expect(line.endsWith('\r\n')).toBe(true);
  });
});
