import { idOf, purse, replenishment, streamName } from '@daybook/domain';
import {
  decideAndAppend,
  EventStore,
  type HappenedTo,
  happenedAt,
  loadStates,
} from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';

/**
 * Declines the purse to which compliance has declined a transfer. What is detected afterwards is held; transfers that
 * were detected before have their own verdict. A transfer that a reorg has removed by then declines nothing.
 *
 * Rows have the ids of replenishments.
 */
@Injectable()
export class DeclinePurses implements Reaction<'replenishment'>, OnModuleInit {
  readonly name = 'decline-purses';
  readonly kinds = ['replenishment'] as const;

  constructor(
    private readonly reactions: Reactions,
    private readonly store: EventStore,
  ) {}

  onModuleInit(): void {
    this.reactions.register(this);
  }

  async schedule(batch: readonly HappenedTo<'replenishment'>[], dueTimes: DueTimes): Promise<void> {
    const due = new Map<string, string>();
    for (const { event, recorded } of batch) {
      if (event.type !== 'ReplenishmentDeclined') continue;
      due.set(idOf(recorded.stream), happenedAt(recorded));
    }
    await dueTimes.set(Array.from(due, ([key, dueAt]) => ({ key, dueAt })));
  }

  async act({ key: replenishmentId }: DueNow): Promise<Later | null> {
    const stream = streamName('replenishment', replenishmentId);
    const state = (await loadStates(this.store, replenishment, [stream])).get(stream);
    if (state === undefined || state.status !== 'declined') return null;
    const { accountId, purseId } = state.parties;
    await decideAndAppend(this.store, {
      stream: streamName('purse', purseId),
      decider: purse,
      command: { type: 'DeclinePurse', accountId, replenishmentId },
      commandId: `decline:${replenishmentId}`,
      metadata: { accountId, actor: 'system' },
    });
    return null;
  }
}
