import { pause } from '@daybook/platform/plain';
import { Logger, Module, type OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '../runtime/background-work';
import { ClaimDebits } from './claim-debits';
import { DebitTurns } from './debit-turns';

/** A debit takes a moment. One that takes this long has lost its process, or the event log. */
const LEFT_SECONDS = 10;
const EVERY_MS = 5_000;

/** What takes from claims: in turns, so that no claim becomes negative. */
@Module({ providers: [ClaimDebits, DebitTurns], exports: [ClaimDebits] })
export class DebitsModule implements OnModuleInit {
  private readonly logger = new Logger(DebitsModule.name);

  constructor(
    private readonly work: BackgroundWork,
    private readonly debits: ClaimDebits,
  ) {}

  onModuleInit(): void {
    this.work.run('api', () => this.startFinishing());
  }

  /** Writes what was left behind, also when no further debit of its claim comes. */
  private startFinishing() {
    const stopping = new AbortController();
    const run = async () => {
      while (!stopping.signal.aborted) {
        await this.debits.finishLeft(LEFT_SECONDS).catch((error: unknown) => {
          this.logger.warn({ msg: 'accepted debits were not finished', error });
        });
        await pause(EVERY_MS, stopping.signal);
      }
    };
    const ended = run();
    return {
      stop: () => {
        stopping.abort();
        return ended;
      },
    };
  }
}
