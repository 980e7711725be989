import type { EventStore } from '@daybook/event-store';
import type { PositionReached } from '../projections/position-reached';
import { Positions } from './positions';

/** An event log that ends at `head`, with read models at `reached` until a test moves them. */
function standingAt(reached: bigint, head = 100n) {
  const waiting: (() => void)[] = [];
  const models = {
    reached,
    within: async (position: bigint, timeoutMs: number) => {
      if (position > models.reached && timeoutMs > 10) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return position <= models.reached;
    },
  };
  const store = { head: async () => head } as unknown as EventStore;
  const positions = new Positions(models as unknown as PositionReached, store);
  const moveTo = (position: bigint) => {
    models.reached = position;
    for (const wake of waiting.splice(0)) wake();
  };
  return { positions, moveTo };
}

describe('a read with minPosition', () => {
  it('is answered at once when its position is visible', async () => {
    await expect(standingAt(42n, 0n).positions.reach('key', 42n)).resolves.toBeUndefined();
  });

  it('waits for a position that is in the log', async () => {
    const { positions, moveTo } = standingAt(42n);
    const read = positions.reach('key', 43n);
    setImmediate(moveTo, 43n);
    await expect(read).resolves.toBeUndefined();
  });

  it('is refused when its position is not visible in time', async () => {
    await expect(standingAt(42n).positions.reach('key', 43n, { waitMs: 10 })).rejects.toMatchObject(
      {
        code: 'position-not-reached',
        parts: { headers: { 'retry-after': '1' } },
      },
    );
  });

  it('is refused at once beyond the end of the log, which the refusal names', async () => {
    await expect(standingAt(42n, 50n).positions.reach('key', 51n)).rejects.toMatchObject({
      code: 'position-not-in-log',
      status: 400,
      detail: 'The event log ends at 50, before 51.',
    });
  });

  it('is refused in other words where it asks for a moment', async () => {
    const read = standingAt(42n, 50n).positions.reach('key', 51n, { beyond: 'as-of-in-future' });
    await expect(read).rejects.toMatchObject({ code: 'as-of-in-future' });
  });

  it('is refused while too many of its key wait, and of no other key', async () => {
    const { positions, moveTo } = standingAt(42n);
    const waiting = Array.from({ length: 256 }, () => positions.reach('key', 43n));
    await expect(positions.reach('key', 43n)).rejects.toMatchObject({ code: 'too-many-waiting' });
    const other = positions.reach('other', 43n);
    setImmediate(moveTo, 43n);
    await Promise.all([...waiting, other]);
    await expect(positions.reach('key', 44n, { waitMs: 10 })).rejects.toMatchObject({
      code: 'position-not-reached',
    });
  });
});
