import { replenishment, type SweepRef, streamName } from '@daybook/domain';
import { decideAndAppendMany, EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

/** A credited replenishment that sweeps cover now, or no longer do. */
export interface Settlement {
  readonly id: string;
  readonly accountId: string;
  /** What is credited: in another block, or of another amount, it is settled by itself. */
  readonly blockHash: string;
  readonly amount: string;
  /** The sweep that completed it; null if it is not covered. */
  readonly sweep: SweepRef | null;
  /** Its last event when this was found out. */
  readonly position: string;
}

/** Records which replenishments sweeps cover. A repetition changes nothing. */
export class SettleReplenishments extends Command<void> {
  constructor(readonly settlements: readonly Settlement[]) {
    super();
  }
}

@CommandHandler(SettleReplenishments)
export class SettleReplenishmentsHandler implements ICommandHandler<SettleReplenishments> {
  constructor(private readonly store: EventStore) {}

  async execute({ settlements }: SettleReplenishments): Promise<void> {
    const commands = settlements.map(({ id, accountId, position, ...settled }) => ({
      stream: streamName('replenishment', id),
      command: { type: 'SettleReplenishment' as const, ...settled },
      // Every effect is an event, so the next one follows another position.
      commandId: `settle:${position}:${settled.sweep?.outflowId ?? 'none'}`,
      metadata: { accountId, actor: 'system' },
    }));
    for (const result of await decideAndAppendMany(this.store, replenishment, commands)) {
      if (result instanceof Error) throw result;
    }
  }
}
