import { EventStore, follow } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { Logger, Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiKeys } from '../edge/api-keys';
import { DEFAULT_OPERATOR_NAME } from '../edge/identity';
import { IssueApiKey } from '../edge/keys';
import { systemContext } from '../edge/request-context';
import { LedgerEnv, mayAppend } from '../ledger.env';
import { BackgroundWork } from '../runtime/background-work';
import { checkpointsOf } from '../runtime/checkpoints';
import { ListAuditRunsHandler } from './audit-runs';
import { GetStatusHandler } from './get-status';
import { OperationsController } from './operations.controller';
import { AddOperator, AddOperatorHandler, ListOperatorsHandler } from './operators';
import { OperatorsController } from './operators.controller';
import { ListParkedKeysHandler, RetryParkedKeyHandler } from './parked-keys';
import { RescanForFindingHandler } from './rescan-for-finding';
import { consumeWatchReports, publishWatchRequests } from './watch-messages';
import {
  CancelWatchRequestHandler,
  GetWatchRequestHandler,
  ListWatchRequestsHandler,
  RequestWatchHandler,
} from './watch-requests';
import { WatchRequestsController } from './watch-requests.controller';

/** Events that the relay reads at once; hardly any of them is a watch request. */
const RELAY_BATCH_MAX = 1_000;

/** What operators ask and do. */
@Module({
  controllers: [OperationsController, OperatorsController, WatchRequestsController],
  providers: [
    AddOperatorHandler,
    ListOperatorsHandler,
    GetStatusHandler,
    ListAuditRunsHandler,
    ListParkedKeysHandler,
    RetryParkedKeyHandler,
    RequestWatchHandler,
    RescanForFindingHandler,
    CancelWatchRequestHandler,
    GetWatchRequestHandler,
    ListWatchRequestsHandler,
  ],
})
export class OperationsModule implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger(OperationsModule.name);

  constructor(
    private readonly env: LedgerEnv,
    private readonly commands: CommandBus,
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly keys: ApiKeys,
  ) {}

  onModuleInit(): void {
    this.work.follow('relay', (database) =>
      follow({
        name: 'watch-requests',
        store: this.store,
        checkpoints: checkpointsOf(database),
        limit: RELAY_BATCH_MAX,
        handle: (events) => publishWatchRequests(this.store, this.log, events),
        onError: (error) => this.logger.error({ msg: 'watch requests not published', error }),
      }),
    );
    this.work.consume((database) => consumeWatchReports(this.log, database));
  }

  /** Adds the first operator and issues the configured key, unless somebody has it already. */
  async onApplicationBootstrap(): Promise<void> {
    const { operatorKey: key } = this.env;
    if (key === undefined || !mayAppend(this.env) || (await this.keys.isIssued(key))) return;
    const context = () => ({ ...systemContext(''), reason: 'first start' });
    const add = new AddOperator(context(), { name: DEFAULT_OPERATOR_NAME });
    const { id } = (await this.commands.execute(add)).resource;
    const owner = { kind: 'operator', id } as const;
    await this.commands.execute(
      new IssueApiKey(context(), { owner, key, scopes: ['read', 'write'] }),
    );
  }
}
