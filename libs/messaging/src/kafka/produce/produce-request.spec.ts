import fc from 'fast-check';
import { crc32c } from './crc32c';
import { canEncode, encodeProduce, type ProduceArguments } from './produce-request';

const NOW = 1_767_225_600_000;
const theirs = require('kafkajs/src/protocol/requests/produce') as {
  protocol(negotiated: { readonly version: number }): (given: ProduceArguments) => {
    readonly request: { encode(): Promise<{ readonly buffer: Buffer }> };
  };
};

const text = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  // On both sides of where lengths need another byte.
  fc.constantFrom('', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(8_191), 'x'.repeat(8_192)),
);

const message = fc.record(
  {
    key: text,
    value: text,
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), text, { maxKeys: 12 }),
  },
  { requiredKeys: ['key', 'value'] },
);

const requests: fc.Arbitrary<ProduceArguments> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 40n }).map((value) => ({ value })),
  producerEpoch: fc.nat(1_000),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 50 }),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(100),
          firstSequence: fc.nat(2 ** 31 - 1),
          messages: fc.array(message, { minLength: 1, maxLength: 200 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

describe('a Produce request', () => {
  it('has the bytes that kafkajs gives it', async () => {
    jest.useFakeTimers({ now: NOW });
    try {
      await fc.assert(
        fc.asyncProperty(requests, fc.integer({ min: 3, max: 7 }), async (given, version) => {
          expect(canEncode(given)).toBe(true);
          const { buffer } = await theirs.protocol({ version })(given).request.encode();
          expect(encodeProduce(given, NOW).equals(buffer)).toBe(true);
        }),
        { seed: 20261121, numRuns: 100 },
      );
    } finally {
      jest.useRealTimers();
    }
  });

  it.each([
    ['compression', { compression: 1 }],
    ['a transaction', { transactionalId: 't' }],
  ])('is left to kafkajs with %s', (_, parts) => {
    expect(canEncode({ acks: -1, timeout: 1, topicData: [], ...parts })).toBe(false);
  });

  it.each([
    ['a time', { timestamp: '1' }],
    ['a header that is no text', { headers: { a: Buffer.from('b') } }],
    ['no key', { key: null }],
    ['a value that is no text', { value: Buffer.from([0, 255, 128]) }],
  ])('is left to kafkajs for a message with %s', (_, parts) => {
    const messages = [{ key: 'k', value: 'v', ...parts }];
    const topicData = [{ topic: 't', partitions: [{ partition: 0, messages }] }];
    expect(canEncode({ acks: -1, timeout: 1, topicData } as never)).toBe(false);
  });
});

describe('the checksum', () => {
  it('is that of RFC 3720', () => {
    // Appendix B.4: 32 bytes of zeroes, of ones, and incrementing.
    const ofAll = (bytes: Uint8Array) => crc32c(bytes, 0, bytes.length);
    expect(ofAll(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(ofAll(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(ofAll(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(ofAll(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});
