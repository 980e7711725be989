import { Module } from '@nestjs/common';
import { BlockCustomerHandler } from './block-customer';
import { CreateCustomerHandler } from './create-customer';
import { CustomersController } from './customers.controller';
import { GetCustomerHandler, ListCustomersHandler } from './get-customers';
import { UnblockCustomerHandler } from './unblock-customer';
import { UpdateCustomerHandler } from './update-customer';

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
