import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { Module, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetsInUse } from '../chains';
import { PositionReached } from '../projections/position-reached';
import { BackgroundWork } from '../runtime/background-work';
import { ChangeCreditHandler } from './change-credit';
import {
  GetReplenishmentHandler,
  ListReplenishmentsHandler,
  PurseReplenishmentsHandler,
} from './get-replenishments';
import { findOwners, Owners } from './owners';
import { RecordTransfersHandler } from './record-transfers';
import { ReleaseHeld } from './release-held.reaction';
import { ReplenishmentsController } from './replenishments.controller';
import { ResolveComplianceHandler } from './resolve-compliance';
import { ResolveHeldHandler } from './resolve-held';
import { SettleReplenishmentsHandler } from './settle-replenishments';
import { consumeTransfers } from './transfers.consumer';

/** How long a batch of transfers waits for the read models to have a newly minted purse. */
const CATCH_UP_TIMEOUT_MS = 10_000;

/** Records transfers to purses as replenishments. */
@Module({
  controllers: [ReplenishmentsController],
  providers: [
    {
      provide: Owners,
      inject: [DataSource, EventStore, PositionReached],
      useFactory: (dataSource: DataSource, store: EventStore, position: PositionReached) =>
        new Owners(
          store,
          (places) => findOwners(dataSource, places),
          () => position.headWithin(CATCH_UP_TIMEOUT_MS),
        ),
    },
    RecordTransfersHandler,
    ChangeCreditHandler,
    ResolveComplianceHandler,
    ResolveHeldHandler,
    SettleReplenishmentsHandler,
    ReleaseHeld,
    GetReplenishmentHandler,
    ListReplenishmentsHandler,
    PurseReplenishmentsHandler,
  ],
  exports: [Owners],
})
export class ReplenishmentsModule implements OnModuleInit {
  constructor(
    private readonly work: BackgroundWork,
    private readonly log: DurableLog,
    private readonly commands: CommandBus,
    private readonly assets: AssetsInUse,
  ) {}

  onModuleInit(): void {
    this.work.consume(async (database) => {
      await this.assets.recordBooked(database);
      return consumeTransfers(this.log, this.commands);
    });
  }
}
