import { type BlockTransfer, type ChainBlock, movementsOf } from '@daybook/chains';
import fc from 'fast-check';
import { type Movement, movementsIn } from './movements';
import { ownerOf } from './netting';

const CHAIN = {
  ...({ id: 'eip155:1', family: 'evm', name: 'A chain', blockTimeMs: null } as const),
  ...{ finality: { kind: 'depth', confirmations: 1 } as const, thresholds: [] },
  ...{ minimumFinality: null, reorgWindow: 8 },
};
const CONTEXT = {
  chain: CHAIN,
  registry: {
    ...{ chains: [CHAIN], assets: [], connections: [] },
    ...{ assetFinality: new Map(), assetBands: new Map() },
  },
};
const ADDRESSES = ['0xa', '0xb', '0xc', '0xd'];

const transfer = fc.record({
  asset: fc.constantFrom('coin', 'token'),
  amount: fc.bigInt(0n, 5n),
  from: fc.constantFrom(...ADDRESSES),
  to: fc.constantFrom(...ADDRESSES),
  txHash: fc.constantFrom('0x1', '0x2', null),
  failed: fc.boolean().map((half) => half && true),
});

/** A block with some transfers between a few addresses, in two transactions and without one. */
const block = fc
  .tuple(fc.array(transfer, { maxLength: 12 }), fc.array(fc.bigInt(0n, 9n), { maxLength: 3 }))
  .map(([transfers, fees]): ChainBlock => {
    const header = { number: 1, hash: '0x1', parentHash: '0x0', time: 0 };
    return {
      ...{ ...header, proven: 'content', contentDigest: null },
      transactions: fees.map((fee, n) => {
        return { hash: `0x${n}`, sender: ADDRESSES[n] as string, nonce: n, fee };
      }),
      transfers: transfers.map((each, n): BlockTransfer => {
        const amount = each.from === each.to ? 0n : each.amount;
        return { ...each, amount, ordinal: `log:${n}` };
      }),
    };
  });
const ours = fc.uniqueArray(fc.constantFrom(...ADDRESSES));

function movementsTo(shown: ChainBlock, addresses: readonly string[]): readonly Movement[] {
  return movementsIn(CONTEXT, shown, (address) => addresses.includes(address));
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function isFee({ to }: Movement): boolean {
  return to === null;
}

describe('what moves in a block', () => {
  it('counts what an address gains or loses of an asset in a transaction, and never both', () => {
    fc.assert(
      fc.property(block, ours, (shown, addresses) => {
        const movements = movementsTo(shown, addresses).filter((each) => !isFee(each));
        for (const address of addresses) {
          for (const asset of ['coin', 'token']) {
            for (const txHash of ['0x1', '0x2']) {
              const raw = shown.transfers.filter(
                (it) => it.asset === asset && it.txHash === txHash && !it.failed,
              );
              const gained = sum(raw.filter(({ to }) => to === address).map((it) => it.amount));
              const lost = sum(raw.filter(({ from }) => from === address).map((it) => it.amount));
              const counted = (direction: Movement['direction']) =>
                sum(
                  movements
                    .filter((it) => it.direction === direction && ownerOf(it) === address)
                    .filter((it) => it.asset === asset && it.txHash === txHash && !it.failed)
                    .map((it) => it.amount - it.netted),
                );
              const net = gained - lost;
              expect([counted('in'), counted('out')]).toEqual(net > 0n ? [net, 0n] : [0n, -net]);
            }
          }
        }
      }),
    );
  });

  it('cuts the last movements first, and none by more than its amount', () => {
    fc.assert(
      fc.property(block, ours, (shown, addresses) => {
        const movements = movementsTo(shown, addresses);
        for (const { netted, amount, failed, txHash } of movements) {
          expect(netted >= 0n && netted <= amount).toBe(true);
          if (failed || txHash === null) expect(netted).toBe(0n);
        }
        for (const [i, earlier] of movements.entries()) {
          if (earlier.netted === 0n) continue;
          const later = movements.slice(i + 1).filter((it) => isSameSide(it, earlier));
          for (const { netted, amount } of later) expect(netted).toBe(amount);
        }
      }),
    );
  });

  it('leaves what is final as it is, and gains or loses the same beside it', () => {
    const places = fc.uniqueArray(fc.nat(11));
    fc.assert(
      fc.property(block, places, fc.boolean(), (shown, final, wasNetted) => {
        const isOurs = (address: string) => ADDRESSES.includes(address);
        const netted = new Map(
          movementsTo(shown, ADDRESSES).map(({ id, netted: part }) => [id, wasNetted ? part : 0n]),
        );
        const isFinal = (id: string) => final.some((place) => id.includes(`/log:${place}`));
        const finalOf = (id: string) => (isFinal(id) ? (netted.get(id) ?? null) : null);
        const movements = movementsIn(CONTEXT, shown, isOurs, { finalOf });
        const sums = new Map<string, bigint>();
        for (const each of movements) {
          const { id, amount, netted: part, txHash, asset, direction } = each;
          if (isFinal(id)) expect([id, part]).toEqual([id, netted.get(id)]);
          expect(part >= 0n && part <= amount).toBe(true);
          const key = `${txHash} ${asset} ${ownerOf(each)}`;
          sums.set(key, (sums.get(key) ?? 0n) + (direction === 'in' ? part : -part));
        }
        for (const [key, sum] of sums) expect([key, sum]).toEqual([key, 0n]);
      }),
    );
  });

  it('is the same for an address whichever other addresses are ours', () => {
    fc.assert(
      fc.property(block, ours, (shown, addresses) => {
        const movements = movementsTo(shown, addresses);
        const each = addresses.flatMap((address) => movementsTo(shown, [address]));
        const byId = (a: Movement, b: Movement) => (a.id < b.id ? -1 : 1);
        expect([...movements].sort(byId)).toEqual([...each].sort(byId));
      }),
    );
  });

  it('has an id of its own for each side, by which it is found again', () => {
    fc.assert(
      fc.property(block, ours, (shown, addresses) => {
        const movements = movementsTo(shown, addresses);
        const ids = movements.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(movementsTo({ ...shown }, addresses)).toEqual(movements);
      }),
    );
  });

  it('charges the sender of a transaction, and nobody where there is no fee', () => {
    fc.assert(
      fc.property(block, ours, (shown, addresses) => {
        const fees = movementsTo(shown, addresses).filter(isFee);
        const { sent } = movementsOf(shown, (address) => addresses.includes(address));
        expect(fees.map(({ from, amount, netted }) => [from, amount - netted])).toEqual(
          sent.filter(({ fee }) => fee > 0n).map(({ sender, fee }) => [sender, fee]),
        );
        for (const { asset, direction, id } of fees) {
          expect([asset, direction]).toEqual(['eip155:1/slip44:60', 'out']);
          expect(id).toContain('/fee:0');
        }
      }),
    );
  });
});

function isSameSide(a: Movement, b: Movement): boolean {
  const isSame = a.direction === b.direction && ownerOf(a) === ownerOf(b);
  return isSame && a.asset === b.asset && a.txHash === b.txHash && !a.failed && a.to !== null;
}
