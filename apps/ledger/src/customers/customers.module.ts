import { Module } from '@nestjs/common';
import { ChangeCustomerHandler } from './change-customer';
import { CreateCustomerHandler } from './create-customer';
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
