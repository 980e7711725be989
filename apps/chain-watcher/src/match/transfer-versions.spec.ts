import type { TrackedTransfer } from '../state/watcher-store';
import { inboundOf, type Movement } from './movements';
import { openVersions, type TransferVersions } from './transfer-versions';

const CHAIN = 'eip155:1';
const NOW = 1_700_000_000_000;
const policy = { kind: 'depth', confirmations: 3 } as const;
const sighting = { sender: '0x05', nonce: 1, seenAt: NOW };

const transfer = inboundOf(CHAIN, {
  ordinal: 'log:0',
  asset: `${CHAIN}/slip44:60`,
  amount: 5n,
  from: '0x01',
  to: '0x02',
  txHash: '0xabc',
  failed: false,
});
const ID = `${CHAIN}/0xabc/log:0`;

function block(number: number, hash = `0x${number}`) {
  return { number, hash, parentHash: '', time: 1_700_000_000 + number };
}

/** What the events make of a life so far, by status and version. */
function changesOf(
  act: (versions: TransferVersions) => void,
  known: readonly TrackedTransfer[] = [],
  now = NOW,
): readonly TrackedTransfer[] {
  const versions = openVersions(CHAIN, known, now);
  act(versions);
  return versions.changes;
}

function statuses(changes: readonly TrackedTransfer[]): string[] {
  return changes.map((it) => it.transfer.status);
}

describe('the versions of a transfer', () => {
  it('writes a detection with all that the block shows', () => {
    const [change] = changesOf((it) => it.include(block(7), transfer));
    expect(change?.transfer).toEqual({
      transferId: ID,
      version: NOW,
      status: 'detected',
      chain: CHAIN,
      asset: `${CHAIN}/slip44:60`,
      amount: '5',
      from: '0x01',
      to: '0x02',
      txHash: '0xabc',
      block: { number: 7, hash: '0x7', time: '2023-11-14T22:13:27.000Z' },
      finality: null,
    });
  });

  it('takes another content in the same block instead of the known one, unless that is final', () => {
    const seen = changesOf((it) => it.include(block(7), transfer));
    const other = { ...transfer, amount: 6n };
    const changes = changesOf((it) => it.include(block(7), other), seen);
    expect(changes.map(({ transfer: { status, amount } }) => [status, amount])).toEqual([
      ['reverted', '5'],
      ['detected', '6'],
    ]);
    const final = changesOf((it) => it.finalise(ID, policy, [policy]), seen);
    expect(changesOf((it) => it.include(block(7), other), final)).toEqual([]);
    expect(changesOf((it) => it.include(block(7), transfer), seen)).toEqual([]);
  });

  it('takes another part that is netted for another content', () => {
    const seen = changesOf((it) => it.include(block(7), { ...transfer, netted: 2n }));
    expect(seen).toMatchObject([{ transfer: { amount: '5', netted: '2' } }]);
    expect(changesOf((it) => it.include(block(7), { ...transfer, netted: 2n }), seen)).toEqual([]);
    const changes = changesOf((it) => it.include(block(7), transfer), seen);
    expect(statuses(changes)).toEqual(['reverted', 'detected']);
    expect(changes[1]?.transfer).not.toHaveProperty('netted');
  });

  it('makes a version of an outflow that failed only to correct what was reported to leave', () => {
    const outflow: Movement = { ...transfer, direction: 'out', id: `${ID}/out` };
    const failed = { ...outflow, failed: true };
    expect(changesOf((it) => it.include(block(7), failed))).toEqual([]);
    const known = changesOf((it) => {
      it.include(block(7), outflow);
      it.revert(outflow.id);
    });
    const [change] = changesOf((it) => it.include(block(7, '0x7b'), failed), known);
    expect(change).toMatchObject({ direction: 'out', transfer: { status: 'failed' } });
  });

  it('makes growing versions of a whole life, even within one millisecond', () => {
    const changes = changesOf((it) => {
      it.see(transfer, sighting);
      it.include(block(7), transfer);
      it.finalise(ID, policy, [policy]);
      it.revert(ID);
      it.include(block(7, '0x7b'), transfer);
      it.finalise(ID, policy, [policy]);
    });
    expect(statuses(changes)).toEqual([
      'seen',
      'detected',
      'final',
      'reverted',
      'detected',
      'final',
    ]);
    expect(changes.map((it) => it.transfer.version)).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => NOW + n),
    );
    expect(changes.map((it) => it.transfer.finality)).toEqual([
      null,
      null,
      policy,
      null,
      null,
      policy,
    ]);
  });

  it.each([
    ['a block again', (it) => it.include(block(7), transfer)],
    ['a sighting of what a block shows', (it) => it.see(transfer, sighting)],
    ['the end of a sighting of what a block shows', (it) => it.drop(ID)],
  ] satisfies [string, Parameters<typeof changesOf>[0]][])('makes no version of %s', (_, act) => {
    const known = changesOf((it) => it.include(block(7), transfer));
    expect(changesOf(act, known)).toEqual([]);
  });

  it.each(['revert', 'finalise', 'drop'] as const)(
    'has nothing to %s that it does not know',
    (verb) => {
      expect(changesOf((it) => it[verb](ID, policy, [policy]))).toEqual([]);
    },
  );

  it('calls a transfer final once, and a failed one never', () => {
    const final = changesOf((it) => {
      it.include(block(7), transfer);
      it.finalise(ID, policy, [policy]);
    });
    expect(changesOf((it) => it.finalise(ID, policy, [policy]), final.slice(-1))).toEqual([]);
    const failed = changesOf((it) => it.include(block(7), { ...transfer, failed: true }));
    expect(statuses(failed)).toEqual(['failed']);
    expect(changesOf((it) => it.finalise(ID, policy, [policy]), failed)).toEqual([]);
  });

  it('brings back a transfer that was dropped, as the block shows it now', () => {
    const dropped = changesOf((it) => {
      it.see(transfer, sighting);
      it.drop(ID);
    });
    const changed = { ...transfer, amount: 6n, to: '0x03' };
    const [change] = changesOf((it) => it.include(block(8), changed), dropped.slice(-1));
    expect(change?.transfer).toMatchObject({ status: 'detected', amount: '6', to: '0x03' });
    expect(change?.sighting).toEqual(sighting);
  });

  it('never goes back behind a version that it published before it lost its memory', () => {
    const before = changesOf((it) => {
      for (let n = 0; n < 5; n++) {
        it.include(block(n), transfer);
        it.revert(ID);
      }
    });
    const [after] = changesOf((it) => it.include(block(9), transfer), [], NOW + 1_000);
    expect(after?.transfer.version).toBeGreaterThan(before.at(-1)?.transfer.version ?? 0);
  });

  it('continues from the known version when the clock has gone back', () => {
    const known = changesOf((it) => it.include(block(7), transfer));
    const [change] = changesOf((it) => it.revert(ID), known, NOW - 60_000);
    expect(change?.transfer.version).toBe(NOW + 1);
  });
});
