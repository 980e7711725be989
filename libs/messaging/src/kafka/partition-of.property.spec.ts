import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOf } from './kafka-records';

const theirs = Partitioners.DefaultPartitioner();

describe('the partition of a key', () => {
  it('is the one that other clients choose', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          ...{ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] },
        }));
        const message = { key, value: '' };
        expect(partitionOf(key, count)).toBe(theirs({ topic: 't', partitionMetadata, message }));
      }),
    );
  });

  it('spreads addresses', () => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 12_000; n++) {
      const partition = partitionOf(`0x${n.toString(16).padStart(40, '0')}`, 12);
      counts.set(partition, (counts.get(partition) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
  });
});
