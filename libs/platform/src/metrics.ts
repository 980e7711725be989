import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Buckets in seconds, for work that takes from a fraction of a millisecond to a few seconds. */
const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** The metrics of followers and consumers. Labels have few values: never an account or an id. */
export interface Metrics {
  readonly registry: Registry;
  readonly followLag: Gauge<'projection'>;
  readonly followProgressAgeSeconds: Gauge<'projection'>;
  readonly consumerLagMessages: Gauge<'topic' | 'group'>;
  readonly parkedKeys: Gauge<'topic' | 'group'>;
  readonly engineUp: Gauge<'engine'>;
}

/** Metrics of one process, with those of Node itself; `/metrics` writes `registry.metrics()`. */
export function createMetrics(app: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `daybook_${name}`, help, labelNames, registers: [registry] });
  return {
    registry,
    followLag: gauge(
      'follow_lag_positions',
      'Positions of the log after the checkpoint: events on PostgreSQL, bytes on EventStoreDB.',
      ['projection'],
    ),
    followProgressAgeSeconds: gauge(
      'follow_progress_age_seconds',
      'Since the checkpoint last moved or was found at the head.',
      ['projection'],
    ),
    consumerLagMessages: gauge('consumer_lag_messages', 'Messages published and not yet handled.', [
      'topic',
      'group',
    ]),
    parkedKeys: gauge(
      'parked_keys',
      'Keys that stand still since a message of theirs could not be handled.',
      ['topic', 'group'],
    ),
    engineUp: gauge('engine_up', '1 while the engine answers, 0 while it does not.', ['engine']),
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
