import { durationHistogram, type Metrics } from '@daybook/platform';
import { Counter, Gauge } from 'prom-client';

/** The metrics of the watchers in one process, by chain. */
export type WatcherMetrics = ReturnType<typeof createWatcherMetrics>;

/** Registers the metrics; those of `chains` start at zero, so that a rate is known from the start. */
export function createWatcherMetrics(
  { registry, parkedKeys, consumerLagMessages, consumerWaitingSeconds }: Metrics,
  chains: readonly string[],
) {
  const registers = [registry];
  const labelNames = ['chain'] as const;
  const gauge = <Label extends string = never>(
    name: string,
    help: string,
    more: readonly Label[] = [],
  ) =>
    new Gauge<'chain' | Label>({
      name: `daybook_watcher_${name}`,
      help,
      labelNames: ['chain', ...more],
      registers,
    });
  const counter = <Label extends string>(name: string, help: string, more: readonly Label[]) =>
    new Counter<'chain' | Label>({
      name: `daybook_watcher_${name}_total`,
      help,
      labelNames: ['chain', ...more],
      registers,
    });
  const metrics = {
    head: gauge('head_number', 'The highest block that the node shows.'),
    tipAgeSeconds: gauge('tip_age_seconds', 'The age of the newest block, by its own header.'),
    matched: gauge(
      'matched_number',
      'The last block that was matched and whose transfers are published.',
    ),
    finalized: gauge('finalized_number', 'The last block behind the tag finalized.'),
    leading: gauge('leading', '1 when this process watches the chain, 0 when it stands by.'),
    stalled: gauge('stalled', '1 when the chain cannot be followed.'),
    paused: gauge('paused', '1 while an operator has paused the chain, 0 while not.'),
    addresses: gauge('addresses', 'Addresses in the table.'),
    addressesThrough: gauge(
      'addresses_through',
      'The position of the event log up to which every address is watched.',
    ),
    parkedKeys,
    consumerLagMessages,
    consumerWaitingSeconds,
    blocks: counter('blocks', 'Blocks matched.', []),
    rescannedBlocks: counter('rescanned_blocks', 'Blocks rescanned.', []),
    blocksToMatch: gauge('blocks_to_match', 'Blocks between the last matched one and the head.'),
    secondsToMatch: gauge('seconds_to_match', 'About how long matching them takes; 0 if unknown.'),
    quarantined: gauge('quarantined_blocks', 'Blocks that could not be proven whole.'),
    gaps: gauge('gap_blocks', 'Those of them over which the chain went on.'),
    alarms: counter('alarms', 'Blocks of which less was proven than their chain asks for.', []),
    balances: counter('balances', 'Balances that were compared, or that no node said.', ['result']),
    sweepSeconds: gauge(
      'sweep_seconds',
      'How long the last sweep over all balances took; 0 before.',
    ),
    unscanned: gauge('unscanned_heights', 'Heights up to the final block that nobody scanned.'),
    publishing: gauge('publishing', '1 while messages can be published, 0 when they cannot.'),
    outboxMessages: gauge('outbox_messages', 'Messages that are stored and not yet published.'),
    outboxAgeSeconds: gauge(
      'outbox_oldest_age_seconds',
      'How long the oldest of them has waited; 0 when none does.',
    ),
    blocksToRescan: gauge('blocks_to_rescan', 'Blocks that are still to be rescanned.'),
    removedBlocks: counter('removed_blocks', 'Matched blocks that a reorg removed.', []),
    reorgs: counter('reorgs', 'Reorgs that replaced matched blocks.', []),
    deepestReorg: gauge('deepest_reorg_blocks', 'Blocks that the deepest reorg replaced.'),
    transfers: counter('transfers', 'Versions of transfers, by status.', ['status']),
    outflows: counter('outflows', 'Versions of outflows, by status.', ['status']),
    nodeFaults: counter('node_faults', 'Steps that failed because of the node.', ['kind']),
    passSeconds: durationHistogram(
      registry,
      'daybook_watcher_pass_seconds',
      'One pass: poll the head, fetch, match, store.',
      labelNames,
    ),
    ...providerMetrics(gauge, counter),
  };
  for (const chain of chains) {
    metrics.leading.set({ chain }, 0);
    metrics.stalled.set({ chain }, 0);
    metrics.paused.set({ chain }, 0);
    metrics.quarantined.set({ chain }, 0);
    metrics.gaps.set({ chain }, 0);
    metrics.unscanned.set({ chain }, 0);
    metrics.deepestReorg.set({ chain }, 0);
    metrics.publishing.set({ chain }, 1);
    for (const counted of [metrics.blocks, metrics.alarms, metrics.reorgs]) {
      counted.inc({ chain }, 0);
    }
    for (const status of ['seen', 'detected', 'final', 'reverted', 'dropped', 'failed'] as const) {
      metrics.transfers.inc({ chain, status }, 0);
      // Nobody is told what may leave.
      if (status !== 'seen' && status !== 'dropped') metrics.outflows.inc({ chain, status }, 0);
    }
  }
  return metrics;
}

type Make<Kind extends 'gauge' | 'counter'> = <Label extends string>(
  name: string,
  help: string,
  more: readonly Label[],
) => Kind extends 'gauge' ? Gauge<'chain' | Label> : Counter<'chain' | Label>;

/** Of each provider, by its name in the chains file, while the process leads the chain. */
function providerMetrics(gauge: Make<'gauge'>, counter: Make<'counter'>) {
  return {
    providerScore: gauge(
      'provider_score_milliseconds',
      'The expected delay of an answer, failures and lag included.',
      ['provider'],
    ),
    providerState: gauge('provider_state', '1 for the state that the provider is in.', [
      ...(['provider', 'state'] as const),
    ]),
    providerHead: gauge('provider_head_number', 'The highest block that it has shown.', [
      'provider',
    ]),
    providerQuestions: counter(
      'provider_questions',
      'Questions to the provider. Each takes one request or several.',
      ['provider'],
    ),
    providerErrors: counter('provider_errors', 'Questions that failed, by kind.', [
      ...(['provider', 'kind'] as const),
    ]),
    providerCalls: gauge('provider_calls_today', 'Requests of this day (UTC), where counted.', [
      'provider',
    ]),
    providerCallsMax: gauge('provider_calls_per_day', 'Requests a day that its plan allows.', [
      'provider',
    ]),
  };
}
