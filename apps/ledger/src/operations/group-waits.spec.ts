import { GroupWaits } from './group-waits';

const topic = 'daybook.transfer.v1';
const [g, h] = [
  { topic, group: 'ledger' },
  { topic, group: 'ledger-balances' },
];
const at = (second: number) => new Date(second * 1_000);
type Place = readonly [place: bigint, waiting: bigint];
const places = (...of: readonly Place[]) =>
  of.map(([place, waiting], partition) => ({ partition, place, waiting, lost: 0n }));

describe('how long a group on Kafka waits', () => {
  it('counts from when it was first seen where it is, over all partitions', () => {
    const waits = new GroupWaits();
    const seen = (second: number, ...of: readonly Place[]) =>
      waits.note(g, places(...of), at(second));
    expect(seen(0, [5n, 0n], [2n, 0n])).toEqual({ ...g, lag: 0n, waitingSince: null });
    expect(seen(5, [5n, 3n], [2n, 1n])).toEqual({ ...g, lag: 4n, waitingSince: at(5) });
    expect(seen(10, [5n, 4n], [2n, 1n])).toEqual({ ...g, lag: 5n, waitingSince: at(5) });
    expect(seen(15, [6n, 3n], [2n, 1n])).toEqual({ ...g, lag: 4n, waitingSince: at(15) });
    expect(seen(20, [9n, 0n], [3n, 0n])).toEqual({ ...g, lag: 0n, waitingSince: null });
    expect(seen(25, [9n, 1n], [3n, 0n])).toEqual({ ...g, lag: 1n, waitingSince: at(25) });
  });

  it('keeps groups apart', () => {
    const waits = new GroupWaits();
    waits.note(g, places([0n, 1n]), at(0));
    expect(waits.note(h, places([0n, 1n]), at(9)).waitingSince).toEqual(at(9));
    expect(waits.note(g, places([0n, 1n]), at(10)).waitingSince).toEqual(at(0));
  });

  it('takes nothing for waiting behind the end of a topic that was made again', () => {
    expect(new GroupWaits().note(g, places([7n, -7n], [1n, 2n])).lag).toBe(2n);
  });
});
