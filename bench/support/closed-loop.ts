import { build, type Histogram } from 'hdr-histogram-js';

const WARM_UP_MS = 500;
const LATENCY_MAX_US = 60_000_000;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Latencies in microseconds, three digits exact. */
export function latencyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LATENCY_MAX_US,
    numberOfSignificantValueDigits: 3,
  });
}

export function latencyOf(histogram: Histogram): Latency {
  return {
    p50Ms: histogram.getValueAtPercentile(50) / 1000,
    p99Ms: histogram.getValueAtPercentile(99) / 1000,
  };
}

/**
 * Keeps `inFlight` operations running for `seconds`; each that ends is replaced. Operations that end outside
 * the measured time do not count. `operation` resolves to its number of units.
 */
export async function closedLoop(
  inFlight: number,
  seconds: number,
  operation: () => Promise<number>,
  tick: (elapsedSeconds: number) => void,
): Promise<{ readonly rate: number } & Latency> {
  const histogram = latencyHistogram();
  const from = performance.now() + WARM_UP_MS;
  const until = from + seconds * 1000;
  let done = 0;
  const worker = async () => {
    for (let startedAt = performance.now(); startedAt < until; ) {
      const units = await operation();
      const endedAt = performance.now();
      if (endedAt >= from && endedAt <= until) {
        done += units;
        histogram.recordValue(Math.max(1, Math.round((endedAt - startedAt) * 1000)));
      }
      startedAt = endedAt;
    }
  };
  const ticker = setInterval(() => tick((performance.now() - from) / 1000), 250);
  await Promise.all(Array.from({ length: inFlight }, worker));
  clearInterval(ticker);
  return { rate: done / seconds, ...latencyOf(histogram) };
}
