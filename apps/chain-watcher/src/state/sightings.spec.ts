import type { TransactionRef } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import { createSightings } from './sightings';

const NOW = 1_700_000_000_000;

function tracked(
  id: string,
  change: { txHash?: string; nonce?: number | null; status?: TransferV1['status'] } = {},
) {
  const { txHash = '0xa', nonce = 1, status = 'seen' } = change;
  const transfer = { transferId: id, txHash, status } as TransferV1;
  const sighting = { sender: '0x01', nonce, seenAt: NOW };
  const direction = 'in' as const;
  return { direction, transfer, sighting, isSettled: false, needsConfirmation: false };
}

function mined(hash: string, nonce: number | null = 1, sender = '0x01') {
  return { hash, nonce, sender };
}

function blockOf(...transactions: readonly TransactionRef[]) {
  return [{ transactions }];
}

describe('createSightings', () => {
  it('ends a sighting when its own transaction is mined', () => {
    const sightings = createSightings([
      tracked('x'),
      tracked('y'),
      tracked('z', { txHash: '0xb', nonce: 2 }),
    ]);
    expect(sightings.endedBy(blockOf(mined('0xa')))).toEqual(['x', 'y']);
  });

  it('ends a sighting when another transaction uses its nonce', () => {
    const sightings = createSightings([tracked('x')]);
    expect(sightings.endedBy(blockOf(mined('0xc', 1)))).toEqual(['x']);
    expect(sightings.endedBy(blockOf(mined('0xc', 2), mined('0xd', 1, '0x02')))).toEqual([]);
  });

  it('compares no nonces on chains without them', () => {
    const sightings = createSightings([tracked('x', { nonce: null })]);
    expect(sightings.endedBy(blockOf(mined('0xc', null)))).toEqual([]);
    expect(sightings.endedBy(blockOf(mined('0xa', null)))).toEqual(['x']);
  });

  it('forgets a sighting when its next version is noted', () => {
    const sightings = createSightings([tracked('x')]);
    sightings.note(tracked('x', { status: 'detected' }));
    expect(sightings.expired(Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect(sightings.endedBy(blockOf(mined('0xa')))).toEqual([]);
  });

  it('expires a sighting after 30 minutes', () => {
    const sightings = createSightings([tracked('x')]);
    expect(sightings.expired(NOW + 30 * 60_000)).toEqual([]);
    expect(sightings.expired(NOW + 30 * 60_000 + 1)).toEqual(['x']);
  });

  it('is full at 10,000 sightings', () => {
    const sightings = createSightings(Array.from({ length: 9_999 }, (_, n) => tracked(String(n))));
    expect(sightings.isFull()).toBe(false);
    sightings.note(tracked('one more'));
    expect(sightings.isFull()).toBe(true);
  });
});
