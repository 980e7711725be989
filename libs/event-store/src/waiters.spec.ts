import { type Notices, watchGrowth } from './waiters';

/** A log that reaches `head`, and its growth with the notices that a test sends. */
function aLog(head: bigint) {
  const log = { head, reads: 0 };
  let notices: Notices | undefined;
  const listen = (passOn: Notices) => {
    notices = passOn;
    return Promise.resolve();
  };
  const growth = watchGrowth(listen, async () => {
    log.reads += 1;
    return log.head;
  });
  const { signal } = new AbortController();
  return {
    log,
    growth,
    told: (position: bigint) => notices?.told(position),
    /** Whether a wait ends before its time is over. */
    grows: async (after: bigint, timeoutMs = 50) => {
      const start = performance.now();
      await growth.wait(after, timeoutMs, signal);
      return performance.now() - start < timeoutMs - 10;
    },
  };
}

describe('a wait for growth', () => {
  it('ends at once when somebody tells of growth that the log has', async () => {
    const { log, growth, told, grows } = aLog(5n);
    const waiting = grows(5n, 10_000);
    log.head = 6n;
    told(6n);
    expect(await waiting).toBe(true);
    // A reader that has read it waits for more, and has asked nothing.
    expect([await grows(6n), log.reads]).toEqual([false, 0]);
    await growth.close();
  });

  it('is not missed between two waits', async () => {
    const { log, growth, told, grows } = aLog(5n);
    expect(await grows(5n)).toBe(false);
    log.head = 6n;
    told(6n);
    expect([await grows(5n), log.reads]).toEqual([true, 1]);
    expect([await grows(5n), log.reads]).toEqual([true, 1]);
    await growth.close();
  });

  it('ends once for growth that the log does not have, and goes on as before', async () => {
    const { log, growth, told, grows } = aLog(5n);
    const waiting = grows(5n, 10_000);
    told(10n ** 17n);
    expect(await waiting).toBe(true);
    expect([await grows(5n), log.reads]).toEqual([false, 1]);
    expect([await grows(5n), log.reads]).toEqual([false, 1]);
    const again = grows(5n, 10_000);
    log.head = 6n;
    told(6n);
    expect(await again).toBe(true);
    await growth.close();
  });
});
