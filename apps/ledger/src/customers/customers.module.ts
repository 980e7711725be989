import { Module } from '@nestjs/common';
import {
  BlockCustomerHandler,
  UnblockCustomerHandler,
  UpdateCustomerHandler,
} from './change-customer';
import { CreateCustomerHandler } from './create-customer';
import { CustomersController } from './customers.controller';
import { GetCustomerHandler, ListCustomersHandler } from './get-customers';

/** An account's customers. */
@Module({
  controllers: [CustomersController],
  providers: [
    CreateCustomerHandler,
    UpdateCustomerHandler,
    BlockCustomerHandler,
    UnblockCustomerHandler,
    GetCustomerHandler,
    ListCustomersHandler,
  ],
})
export class CustomersModule {}
