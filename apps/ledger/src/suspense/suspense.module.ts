import { Module } from '@nestjs/common';
import { GetSuspenseTotalsHandler, ListSuspenseHandler } from './get-suspense';
import { SuspenseController } from './suspense.controller';

/** One list of what is not credited to a customer, until somebody decides about it. */
@Module({
  controllers: [SuspenseController],
  providers: [ListSuspenseHandler, GetSuspenseTotalsHandler],
})
export class SuspenseModule {}
