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
  const registers = [registry];
  return {
    registry,
    followLag: new Gauge({
      name: 'daybook_follow_lag_positions',
      help: 'Distance of the checkpoint from the head: events on PostgreSQL, bytes on EventStoreDB.',
      labelNames: ['projection'],
      registers,
    }),
    followProgressAgeSeconds: new Gauge({
      name: 'daybook_follow_progress_age_seconds',
      help: 'Seconds since the checkpoint last advanced or was at the head.',
      labelNames: ['projection'],
      registers,
    }),
    consumerLagMessages: new Gauge({
      name: 'daybook_consumer_lag_messages',
      help: 'Messages published and not yet handled.',
      labelNames: ['topic', 'group'],
      registers,
    }),
    parkedKeys: new Gauge({
      name: 'daybook_parked_keys',
      help: 'Keys that are parked because one of their messages cannot be handled.',
      labelNames: ['topic', 'group'],
      registers,
    }),
    engineUp: new Gauge({
      name: 'daybook_engine_up',
      help: '1 while the engine answers, 0 while it does not.',
      labelNames: ['engine'],
      registers,
    }),
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
