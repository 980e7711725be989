import { EventStore } from '@daybook/event-store';
import { Module, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { FindingsController } from './findings.controller';
import { GetFindingHandler, GetOpenFindingsHandler, ListFindingsHandler } from './get-findings';
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
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    const { store, dataSource } = this;
    this.work.follow('projector', () => startOpeningFindings(store, dataSource));
  }
}
