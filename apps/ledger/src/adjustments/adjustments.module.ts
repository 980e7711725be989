import { Module } from '@nestjs/common';
import { DebitsModule } from '../debits';
import { AdjustmentsController } from './adjustments.controller';
import {
  GetAdjustmentHandler,
  ListAdjustmentsHandler,
  PreviewAdjustmentHandler,
} from './get-adjustments';
import { MakeAdjustmentHandler } from './make-adjustment';

/** Corrections of claims by hand. */
@Module({
  imports: [DebitsModule],
  controllers: [AdjustmentsController],
  providers: [
    MakeAdjustmentHandler,
    GetAdjustmentHandler,
    ListAdjustmentsHandler,
    PreviewAdjustmentHandler,
  ],
})
export class AdjustmentsModule {}
