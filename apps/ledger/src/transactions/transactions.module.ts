import { Module } from '@nestjs/common';
import { TransactionExports } from './export-transactions';
import { GetTransactionHandler } from './get-transaction';
import { ListTransactionsHandler } from './list-transactions';
import { LookUps } from './look-ups';
import { RescanTransactionHandler } from './rescan-transaction';
import { TransactionsController } from './transactions.controller';

/** All transactions of an account in one list; and where a single one is: what its chain shows, and what became of it. */
@Module({
  controllers: [TransactionsController],
  providers: [
    LookUps,
    GetTransactionHandler,
    RescanTransactionHandler,
    ListTransactionsHandler,
    TransactionExports,
  ],
})
export class TransactionsModule {}
