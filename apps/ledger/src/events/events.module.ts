import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { Module, type OnModuleInit } from '@nestjs/common';
import { AssetNames } from '../chains';
import { LedgerEnv } from '../ledger.env';
import { BackgroundWork } from '../runtime/background-work';
import { EventsController } from './events.controller';
import { startLedgerEventsRelay } from './ledger-events.relay';

/** The public form of events: the feed, Tail and Replay, and the topics of Kafka. */
@Module({ controllers: [EventsController] })
export class EventsModule implements OnModuleInit {
  constructor(
    private readonly env: LedgerEnv,
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly assets: AssetNames,
  ) {}

  onModuleInit(): void {
    // Without Kafka the topic has no readers, and its table would only grow. `GET /v1/events` serves
    // the same events.
    if (this.env.kafkaBrokers === undefined) return;
    const { store, log, assets } = this;
    this.work.follow('relay', (dataSource) =>
      startLedgerEventsRelay({ store, dataSource, log, assets }),
    );
  }
}
