import type { ChainBlock } from '@daybook/chains';
import { createMetrics } from '@daybook/platform';
import { pino } from 'pino';
import { type WatchEvents, watchEvents } from '../src/monitoring/watch-events';
import { createWatchMemory, type WatchMemory } from '../src/monitoring/watch-memory';
import { createWatcherMetrics } from '../src/monitoring/watcher-metrics';
import { CHAIN } from '../testing/model-chain';
import { type ModelledWatch, modelledWatch } from '../testing/modelled-watch';

const ALARM = 'Its header has fields that Daybook does not know.';

let modelled: ModelledWatch;
let memory: WatchMemory;
let logged: Record<string, unknown>[];
let figures: ReturnType<typeof createMetrics>;
let events: WatchEvents;

beforeEach(async () => {
  [memory, logged, figures] = [createWatchMemory(), [], createMetrics('chain-watcher')];
  const logger = pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) });
  const metrics = createWatcherMetrics(figures, [CHAIN]);
  events = watchEvents(CHAIN, { logger, metrics, memory, publish: () => undefined });
  modelled = await modelledWatch({ finalityDepth: 4, events });
});

const details = () => modelled.watch.details({ recalled: memory.recalled(), unpublished: null });

/** Every block above the present one raises an alarm. */
function alarmFromNow(): void {
  const { node } = modelled;
  const from = node.chain.height;
  modelled.answers = {
    async block(at) {
      const block = await node.client.block(at);
      const alarmed = (found: ChainBlock) => ({
        ...found,
        alarm: `Block ${found.number}: ${ALARM}`,
      });
      return block !== null && block.number > from ? alarmed(block) : block;
    },
  };
}

describe('the report of a watch', () => {
  it('says that every height up to the final block was scanned, by which provider', async () => {
    modelled.node.mine(10);
    await modelled.settle();
    const { height } = modelled.node.chain;
    const { gapCheck, providers, rescans } = details();
    expect(gapCheck).toMatchObject({ to: height - 4, unscanned: 0, ranges: [] });
    expect(gapCheck?.from).toBeLessThan(height - 4);
    expect(rescans).toEqual({ open: 0, blocksLeft: 0 });
    expect(providers).toMatchObject([{ name: 'node', state: 'ok', lastHead: height, errors: [] }]);
    expect(providers[0]?.questions).toBeGreaterThan(0);
  });

  it('says how deep the reorgs were', async () => {
    const { node } = modelled;
    node.mine(3);
    await modelled.settle();
    expect(details().reorgs).toEqual({ count: 0, deepest: null, last: null });
    const ancestor = node.chain.height - 2;
    node.chain.reorganise(2, 3);
    await modelled.settle();
    expect(details().reorgs).toMatchObject({
      count: 1,
      deepest: { depth: 2, ancestor },
      last: { depth: 2, ancestor },
    });
  });

  it('counts a ring reset as the deep reorg that it follows', async () => {
    modelled = await modelledWatch({ finalityDepth: 100, reorgWindow: 8, events });
    const { node } = modelled;
    node.mine(20);
    await modelled.settle();
    const ancestor = node.chain.height - 12;
    node.chain.reorganise(12, 14);
    await modelled.settle();
    expect(modelled.watch.health(null).state).toBe('stalled');
    await modelled.request('reset-ring', null);
    await modelled.settle();
    const { count, deepest } = details().reorgs;
    expect(count).toBe(1);
    expect(deepest?.ancestor).toBeLessThanOrEqual(ancestor);
    expect(deepest?.depth).toBeGreaterThanOrEqual(12);
  });

  it('shows the last alarm, logs its kind once, and counts all', async () => {
    alarmFromNow();
    modelled.node.mine(3);
    await modelled.settle();
    const { number, hash } = await modelled.node.client.head();
    const sentence = `Block ${number}: ${ALARM}`;
    expect(details().alarms).toMatchObject({ count: 3, last: { block: number, hash, sentence } });
    const lines = logged.filter(({ msg }) => msg === 'block not proven');
    expect(lines).toMatchObject([{ chain: CHAIN, block: number - 2, level: 40 }]);
    expect(lines[0]?.alarm).toContain(ALARM);
    const text = await figures.registry.metrics();
    expect(text).toMatch(new RegExp(`daybook_watcher_alarms_total\\{.*chain="${CHAIN}".*\\} 3`));
    expect(text).toMatch(/daybook_watcher_reorgs_total\{.*\} 0/);
  });
});
