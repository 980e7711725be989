import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets in seconds, for work that takes from a fraction of a millisecond to a few seconds. */
const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Metrics of one process, with those of Node itself; `/metrics` writes `registry.metrics()`. Labels have few
 * values: never an account or an id. `droppedLines` says how many lines its log has dropped.
 */
export function createMetrics(app: string, droppedLines: () => number = () => 0) {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  new Counter({
    name: 'daybook_log_lines_dropped_total',
    help: 'Log lines that could not be written, because their destination failed or was too slow.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(droppedLines());
    },
  });
  const gauge = <Label extends string>(name: string, labelNames: readonly Label[], help: string) =>
    new Gauge({ name: `daybook_${name}`, help, labelNames, registers: [registry] });
  return {
    registry,
    followLag: gauge(
      'follow_lag_positions',
      ['projection'],
      'Positions of the log after the checkpoint: events on PostgreSQL, bytes on EventStoreDB.',
    ),
    followProgressAgeSeconds: gauge(
      'follow_progress_age_seconds',
      ['projection'],
      'Since the checkpoint last moved or was found at the head.',
    ),
    followLagSeconds: gauge(
      'follow_lag_seconds',
      ['projection'],
      'The age of the oldest event that waits to be handled; 0 when none does.',
    ),
    consumerLagMessages: gauge(
      'consumer_lag_messages',
      ['topic', 'group'],
      'Messages published and not yet handled.',
    ),
    consumerWaitingSeconds: gauge(
      'consumer_waiting_seconds',
      ['topic', 'group'],
      'For how long messages have waited without any being handled; 0 when none waits.',
    ),
    parkedKeys: gauge(
      'parked_keys',
      ['topic', 'group'],
      'Keys whose messages wait because one of them could not be handled.',
    ),
    engineUp: gauge('engine_up', ['engine'], '1 while the engine answers, 0 while it does not.'),
  };
}

/** A histogram of durations in seconds; its name ends in `_seconds`. */
export function durationHistogram<Label extends string>(
  registry: Registry,
  name: `daybook_${string}_seconds`,
  help: string,
  labelNames: readonly Label[],
): Histogram<Label> {
  return new Histogram({
    name,
    help,
    labelNames,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
}
