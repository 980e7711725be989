import { Module } from '@nestjs/common';
import { BlockCustomerHandler } from './block-customer';
import { CreateCustomerHandler } from './create-customer';
import { CustomerApi } from './customers.api';
import { CustomerController } from './customers.controller';
import { GetCustomerHandler, ListCustomersHandler } from './get-customers';
import { UnblockCustomerHandler } from './unblock-customer';
import { UpdateCustomerHandler } from './update-customer';

/** An account's customers. */
@Module({
  controllers: [CustomerController],
  providers: [
    CustomerApi,
    CreateCustomerHandler,
    UpdateCustomerHandler,
    BlockCustomerHandler,
    UnblockCustomerHandler,
    GetCustomerHandler,
    ListCustomersHandler,
  ],
  exports: [CustomerApi],
})
export class CustomersModule {}
