import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import { found } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { ChangeCustomer } from './change-customer';
import {
  BlockCustomerRequest,
  GetCustomerRequest,
  ListCustomersRequest,
  UpdateCustomerRequest,
} from './customers.dto';
import { GetCustomer, ListCustomers } from './get-customers';

@ApiTags('Customers')
@Controller()
export class CustomersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'GET /v1/customers',
    rpc: 'CustomerService/ListCustomers',
    scope: 'customers:read',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  listCustomers(
    { accountId }: AccountCaller,
    { externalId, status, ...list }: ListCustomersRequest,
  ) {
    const request = { filter: { externalId, status }, page: pageRequest(list) };
    return this.queries.execute(new ListCustomers(accountId, request));
  }

  @Operation({
    http: 'GET /v1/customers/:customerId',
    rpc: 'CustomerService/GetCustomer',
    scope: 'customers:read',
    versioned: true,
    refuses: ['customer-not-found'],
  })
  async getCustomer({ accountId }: AccountCaller, { customerId }: GetCustomerRequest) {
    const customer = await this.queries.execute(new GetCustomer(accountId, customerId));
    return found(customer, 'customer-not-found');
  }

  @Operation({
    http: 'PATCH /v1/customers/:customerId',
    rpc: 'CustomerService/UpdateCustomer',
    scope: 'customers:write',
    versioned: true,
    refuses: ['customer-not-found'],
  })
  updateCustomer(context: RequestContext, { customerId, description }: UpdateCustomerRequest) {
    const change = { type: 'UpdateCustomer', description } as const;
    return this.commands.execute(new ChangeCustomer(context, { customerId, change }));
  }

  @Operation({
    http: 'POST /v1/customers/:customerId/block',
    rpc: 'CustomerService/BlockCustomer',
    scope: 'customers:write',
    versioned: true,
    refuses: ['customer-not-found', 'invalid-reason'],
  })
  blockCustomer(context: RequestContext, { customerId, reason }: BlockCustomerRequest) {
    const change = { type: 'BlockCustomer', reason } as const;
    return this.commands.execute(new ChangeCustomer(context, { customerId, change }));
  }

  @Operation({
    http: 'POST /v1/customers/:customerId/unblock',
    rpc: 'CustomerService/UnblockCustomer',
    scope: 'customers:write',
    versioned: true,
    refuses: ['customer-not-found', 'invalid-reason'],
  })
  unblockCustomer(context: RequestContext, { customerId, reason }: BlockCustomerRequest) {
    const change = { type: 'UnblockCustomer', reason } as const;
    return this.commands.execute(new ChangeCustomer(context, { customerId, change }));
  }
}
