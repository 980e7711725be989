import { DurableLog } from '@daybook/messaging';
import { Module, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ReplenishmentsModule } from '../replenishments';
import { BackgroundWork } from '../runtime/background-work';
import { ListOutflowsHandler } from './get-outflows';
import { OutflowsController } from './outflows.controller';
import { consumeOutflows, RecordOutflowsHandler } from './record-outflows';
import { SettleSwept } from './settle-replenishments.reaction';

/** Records what leaves purses, and which replenishments sweeps cover. */
@Module({
  imports: [ReplenishmentsModule],
  controllers: [OutflowsController],
  providers: [RecordOutflowsHandler, ListOutflowsHandler, SettleSwept],
})
export class OutflowsModule implements OnModuleInit {
  constructor(
    private readonly work: BackgroundWork,
    private readonly log: DurableLog,
    private readonly commands: CommandBus,
  ) {}

  onModuleInit(): void {
    this.work.consume(() => consumeOutflows(this.log, this.commands));
  }
}
