import type { WatchDetailsV1 } from '@daybook/contracts';
import { createMetrics } from '@daybook/platform';
import { goldenMessage } from '../../../../libs/contracts/testing/golden';
import { createSampler } from './sampler';
import { createWatcherMetrics } from './watcher-metrics';

const CHAIN = 'eip155:1';
const { value } = goldenMessage('daybook.chain-head.v1', 'with-all-that-operators-see');
const details = value.watch as WatchDetailsV1;
const NOW = Date.parse(details.newestBlockAt ?? '') + 5_000;

function createSampled() {
  const metrics = createMetrics('chain-watcher');
  const sampler = createSampler(createWatcherMetrics(metrics, [CHAIN]), CHAIN);
  /** The samples whose line has the text, without what all of them have in common. */
  async function lines(text: string): Promise<readonly string[]> {
    const all = (await metrics.registry.metrics()).split('\n');
    return all
      .filter((line) => !line.startsWith('#') && line.includes(text))
      .map((line) => line.replace('daybook_watcher_', '').replace(/service="[^"]*",?/, ''));
  }
  return { sampler, lines };
}

describe('the metrics of a chain', () => {
  it('are what its report says', async () => {
    const { sampler, lines } = createSampled();
    sampler.sample(details, NOW);
    const one = async (name: string) => (await lines(`${name}{`))[0]?.split(' ').at(-1);
    expect(await one('tip_age_seconds')).toBe('5');
    expect(await one('seconds_to_match')).toBe('11');
    expect(await one('unscanned_heights')).toBe('13');
    expect(await one('quarantined_blocks')).toBe('1');
    expect(await one('gap_blocks')).toBe('1');
    expect(await one('blocks_to_rescan')).toBe('1200');
    expect(await one('deepest_reorg_blocks')).toBe('3');
    const rented = (await lines('provider="rented"')).join('\n');
    expect(rented).toMatch(/provider_score_milliseconds\{.*\} 2120/);
    expect(rented).toMatch(/provider_state\{.*state="limited".*\} 1/);
    expect(rented).toMatch(/provider_state\{.*state="ok".*\} 0/);
    expect(rented).toMatch(/provider_questions_total\{.*\} 1204/);
    expect(rented).toMatch(/provider_errors_total\{.*kind="limited".*\} 17/);
    expect(rented).toMatch(/provider_calls_today\{.*\} 99999/);
    expect(rented).toMatch(/provider_calls_per_day\{.*\} 100000/);
  });

  it('do not add up what was counted before', async () => {
    const { sampler, lines } = createSampled();
    sampler.sample(details, NOW);
    sampler.sample(details, NOW + 1_000);
    expect((await lines('provider_questions_total')).map((it) => it.split(' ').at(-1))).toEqual([
      ...['91822', '1204'],
    ]);
  });

  it('of its providers and its tip are gone when the process does not lead any more', async () => {
    const { sampler, lines } = createSampled();
    sampler.sample(details, NOW);
    sampler.clear();
    expect(await lines('provider="')).toEqual([]);
    expect(await lines('tip_age_seconds')).toEqual([]);
    expect(await lines('gap_blocks')).toHaveLength(1);
  });
});
