import { Module } from '@nestjs/common';
import { DebitsModule } from '../debits';
import { CustomerTransfersController } from './customer-transfers.controller';
import { GetCustomerTransferHandler, ListCustomerTransfersHandler } from './get-customer-transfers';
import { MakeCustomerTransferHandler } from './make-customer-transfer';

/** Transfers between customers of one account. */
@Module({
  imports: [DebitsModule],
  controllers: [CustomerTransfersController],
  providers: [
    MakeCustomerTransferHandler,
    GetCustomerTransferHandler,
    ListCustomerTransfersHandler,
  ],
})
export class CustomerTransfersModule {}
