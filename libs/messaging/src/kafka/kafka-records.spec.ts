import type { KafkaMessage } from 'kafkajs';
import { fromRecord, toRecord } from './kafka-records';

const record = (fields: Partial<KafkaMessage>): KafkaMessage =>
  ({
    key: null,
    value: null,
    timestamp: '1700000000123',
    offset: '7',
    attributes: 0,
    ...fields,
  }) as KafkaMessage;
const stored = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

describe('records', () => {
  it.each([
    { id: 'x', key: 'k', value: '{}', headers: { ce_id: 'x', a: 'ä' } },
    { id: 'x', key: '', value: '"\u0000"', headers: {} },
    { id: 'x', key: 'k', value: '{}', headers: { ce_id: 'another' } },
  ])('give a message back as it was: %j', (message) => {
    const { key, value, headers } = toRecord('t', 1, message);
    const back = fromRecord(
      't',
      3,
      record({ key: Buffer.from(key), value: Buffer.from(value), headers: stored(headers) }),
    );
    expect(back).toEqual({
      ...message,
      topic: 't',
      offset: '3:7',
      publishedAt: '2023-11-14T22:13:20.123Z',
    });
  });

  it('of others become messages, whatever they lack', () => {
    expect(fromRecord('t', 0, record({ timestamp: '-' }))).toEqual({
      topic: 't',
      offset: '0:7',
      id: 't:0:7',
      key: '',
      value: '',
      headers: {},
      publishedAt: '1970-01-01T00:00:00.000Z',
    });
    const twice = record({ headers: { a: [Buffer.from('1'), Buffer.from('2')], b: undefined } });
    expect(fromRecord('t', 0, twice).headers).toEqual({ a: '2', b: '' });
  });

  it('count their text and a small overhead as their size', () => {
    const message = { id: 'i', key: 'ä', value: 'x'.repeat(1_000), headers: {} };
    const { bytes } = toRecord('t', 1, message);
    expect(bytes).toBeGreaterThan(1_002);
    expect(bytes).toBeLessThan(1_100);
  });
});
