import type { ProviderState } from '@daybook/chains';
import type { WatchDetailsV1 } from '@daybook/contracts';
import type { WatcherMetrics } from './watcher-metrics';

const STATES = {
  ...{ ok: true, unverified: true, limited: true, failing: true, stuck: true },
  'wrong-chain': true,
} as const satisfies Record<ProviderState, true>;

/** Sets the metrics of a chain to what its report says, so that the two never differ. */
export function createSampler(metrics: WatcherMetrics, chain: string) {
  let last: WatchDetailsV1 | null = null;

  function sampleProvider(provider: WatchDetailsV1['providers'][number]): void {
    const labels = { chain, provider: provider.name };
    metrics.providerScore.set(labels, provider.score);
    if (provider.lastHead !== null) metrics.providerHead.set(labels, provider.lastHead);
    for (const state of Object.keys(STATES)) {
      metrics.providerState.set({ ...labels, state }, state === provider.state ? 1 : 0);
    }
    // The providers count themselves, from zero again with every leadership.
    replace(metrics.providerQuestions, labels, provider.questions);
    for (const { kind, count } of provider.errors) {
      replace(metrics.providerErrors, { ...labels, kind }, count);
    }
    if (provider.budget === null) return;
    const { callsToday, callsPerDay } = provider.budget;
    metrics.providerCalls.set(labels, callsToday);
    if (callsPerDay !== null) metrics.providerCallsMax.set(labels, callsPerDay);
  }

  function forgetProvider({ name, errors }: WatchDetailsV1['providers'][number]): void {
    const labels = { chain, provider: name };
    const { providerScore, providerHead, providerCalls, providerCallsMax } = metrics;
    for (const gauge of [providerScore, providerHead, providerCalls, providerCallsMax]) {
      gauge.remove(labels);
    }
    for (const state of Object.keys(STATES)) metrics.providerState.remove({ ...labels, state });
    metrics.providerQuestions.remove(labels);
    for (const { kind } of errors) metrics.providerErrors.remove({ ...labels, kind });
  }

  return {
    /** `now` in Unix milliseconds. */
    sample(details: WatchDetailsV1, now: number): void {
      last = details;
      const { newestBlockAt, secondsLeft, rescans, gapCheck, reorgs } = details;
      if (newestBlockAt !== null) {
        metrics.tipAgeSeconds.set({ chain }, Math.max(0, now - Date.parse(newestBlockAt)) / 1_000);
      }
      metrics.secondsToMatch.set({ chain }, secondsLeft ?? 0);
      metrics.blocksToRescan.set({ chain }, rescans.blocksLeft);
      metrics.unscanned.set({ chain }, gapCheck?.unscanned ?? 0);
      metrics.quarantined.set({ chain }, details.blocksInQuarantine);
      metrics.gaps.set({ chain }, details.gaps);
      metrics.deepestReorg.set({ chain }, reorgs.deepest?.depth ?? 0);
      const { checked = 0, notChecked = 0, sweepSeconds } = details.reconciliation ?? {};
      // Counted from zero again with every leadership.
      replace(metrics.balances, { chain, result: 'checked' }, checked);
      replace(metrics.balances, { chain, result: 'not-checked' }, notChecked);
      metrics.sweepSeconds.set({ chain }, sweepSeconds ?? 0);
      for (const provider of details.providers) sampleProvider(provider);
    },
    /** Removes what only a leader knows: a standby would show old figures as if they were of now. */
    clear(): void {
      metrics.tipAgeSeconds.remove({ chain });
      for (const provider of last?.providers ?? []) forgetProvider(provider);
    },
  };
}

interface ReplaceableCounter<Labels> {
  remove(labels: Labels): void;
  inc(labels: Labels, value: number): void;
}

function replace<Labels>(counter: ReplaceableCounter<Labels>, labels: Labels, value: number): void {
  counter.remove(labels);
  counter.inc(labels, value);
}
