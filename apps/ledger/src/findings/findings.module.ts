import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { Module, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { BackgroundWork } from '../runtime/background-work';
import { FindingsController } from './findings.controller';
import { GetFindingHandler, GetOpenFindingsHandler, ListFindingsHandler } from './get-findings';
import { judgeBalances } from './judge-balances';
import { startOpeningFindings } from './open-findings';
import { RecordDifferencesHandler } from './record-differences';
import { ResolveFindingHandler } from './resolve-finding';

/** Differences between the chain and the books, until they are explained or resolved. */
@Module({
  controllers: [FindingsController],
  providers: [
    GetFindingHandler,
    ListFindingsHandler,
    GetOpenFindingsHandler,
    ResolveFindingHandler,
    RecordDifferencesHandler,
  ],
})
export class FindingsModule implements OnModuleInit {
  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly commands: CommandBus,
  ) {}

  onModuleInit(): void {
    const { store, log, commands } = this;
    this.work.follow('reactions', (database) => startOpeningFindings(store, database));
    this.work.consume((database) => judgeBalances(log, database, commands));
  }
}
