import { Module } from '@nestjs/common';
import { ChangeCustomerHandler, CreateCustomerHandler } from './change-customer';
import { CustomersController } from './customers.controller';
import { GetCustomerHandler, ListCustomersHandler } from './get-customers';

/** An account's customers. */
@Module({
  controllers: [CustomersController],
  providers: [
    CreateCustomerHandler,
    ChangeCustomerHandler,
    GetCustomerHandler,
    ListCustomersHandler,
  ],
})
export class CustomersModule {}
