import { ACTS_A_DECK } from './chaos/acts';
import { report, runChaos } from './chaos/run-chaos';

/** One deck of acts takes about a minute and a half; a first start builds. */
jest.setTimeout(300_000);

it('loses and doubles nothing while its processes are killed and stopped under load', async () => {
  const outcome = await runChaos({
    seed: jest.getSeed() >>> 0,
    isOver: (acts) => acts === ACTS_A_DECK,
    // Other suites run beside this one. `npm run chaos` is faster, and allows what the product promises.
    pace: { blockMs: 800, reorgEveryMs: 4_000, commandEveryMs: 500 },
    slack: 2,
  });
  if (outcome.faults.length > 0) throw new Error(report(outcome));
  expect(outcome.signals).toBeGreaterThanOrEqual(20);
  for (const what of ['commands', 'coins in', 'tokens in', 'sweep of coins', 'reorg']) {
    expect(outcome.counts).toHaveProperty([what]);
  }
});
