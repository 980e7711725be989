import { EventStore, follow } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { checkpointsOf } from '../runtime/checkpoints';
import { consumeWatchReports } from './watch-reports.consumer';
import {
  CancelWatchRequestHandler,
  GetWatchReportHandler,
  GetWatchRequestHandler,
  ListWatchRequestsHandler,
  RequestWatchHandler,
} from './watch-requests';
import { WatchRequestsController } from './watch-requests.controller';
import { publishWatchRequests, WATCH_REQUESTS_RELAY } from './watch-requests.relay';

/** Events that the relay looks at at once; hardly any of them is a request. */
const RELAY_BATCH_MAX = 1_000;

/** What operators request of watchers: published to them, with their reports shown. */
@Module({
  controllers: [WatchRequestsController],
  providers: [
    RequestWatchHandler,
    CancelWatchRequestHandler,
    GetWatchReportHandler,
    GetWatchRequestHandler,
    ListWatchRequestsHandler,
  ],
})
export class WatchRequestsModule implements OnModuleInit {
  private readonly logger = new Logger(WatchRequestsModule.name);

  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.work.follow('relay', () =>
      follow({
        name: WATCH_REQUESTS_RELAY,
        store: this.store,
        checkpoints: checkpointsOf(this.dataSource),
        limit: RELAY_BATCH_MAX,
        handle: (events) => publishWatchRequests(this.store, this.log, events),
        onError: (error) => this.logger.error({ msg: 'watch requests not published', error }),
      }),
    );
    this.work.consume('consumer', () => consumeWatchReports(this.log, this.dataSource));
  }
}
