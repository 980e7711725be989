import { Module } from '@nestjs/common';
import { GetTransactionHandler } from './get-transaction';
import { LookUps } from './look-ups';
import { RescanTransactionHandler } from './rescan-transaction';
import { TransactionsController } from './transactions.controller';

/** Where a transaction is: what its chain shows, and what became of it. */
@Module({
  controllers: [TransactionsController],
  providers: [LookUps, GetTransactionHandler, RescanTransactionHandler],
})
export class TransactionsModule {}
