import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '../runtime/background-work';
import { FiguresController } from './figures.controller';
import { GetAccountBooksHandler } from './get-account-figures';
import { GetCustodyHandler } from './get-custody';
import { GetDepositsHandler } from './get-deposits';
import { GetFiguresHandler } from './get-figures';
import { GetThroughputHandler } from './get-throughput';
import { type InvariantChecker, startInvariantChecker } from './invariant-checker';
import { ListNegativeClaimsHandler } from './negative-claims';

/** The journal and every figure. */
@Module({
  controllers: [FiguresController],
  providers: [
    GetFiguresHandler,
    GetDepositsHandler,
    GetThroughputHandler,
    GetAccountBooksHandler,
    GetCustodyHandler,
    ListNegativeClaimsHandler,
  ],
})
export class BooksModule implements OnModuleInit {
  private readonly logger = new Logger(BooksModule.name);
  /** Checks the books in the process that runs the projector; null elsewhere. */
  checker: InvariantChecker | null = null;

  constructor(private readonly work: BackgroundWork) {}

  onModuleInit(): void {
    this.work.run('projector', (database) => {
      this.checker = startInvariantChecker(database, {
        store: this.work.store,
        onViolation: (violation) =>
          this.logger.error({ msg: 'an invariant of the books is violated', ...violation }),
        onError: (error) => this.logger.warn({ msg: 'the books were not checked', error }),
      });
      return this.checker;
    });
  }
}
