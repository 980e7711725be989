import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BalanceList, ThroughputList } from '../books/figures.dto';
import { AS_OF_PROBLEMS, AsOfQuery } from '../edge/as-of';
import { Changes, Creates, Reads } from '../edge/describe';
import { ReadQuery } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
import { answered } from '../rest/answer';
import { AccountId, Context } from '../rest/context';
import { PathId } from '../rest/path-id';
import { CustomerApi } from './customers.api';
import {
  CreateCustomerBody,
  CreatedCustomerWire,
  CustomerAnswerWire,
  CustomerList,
  CustomersQuery,
  CustomerWire,
  ReasonBody,
  UpdateCustomerBody,
} from './customers.dto';

@ApiTags('Customers')
@Controller('v1/customers')
export class CustomerController {
  constructor(private readonly api: CustomerApi) {}

  @Post()
  @Creates(
    CreatedCustomerWire,
    'Create a customer, or return the one with this external id',
    'family-not-available',
  )
  async createCustomer(
    @Context() context: RequestContext,
    @Body() body: CreateCustomerBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedCustomerWire> {
    const created = await this.api.create(context, body);
    answered(reply, created, `/v1/customers/${created.wire.id}`);
    return created.wire;
  }

  @Get()
  @Reads(CustomerList, "The account's customers", 'invalid-cursor')
  async listCustomers(
    @AccountId() accountId: string,
    @Query() query: CustomersQuery,
  ): Promise<CustomerList> {
    return this.api.list(accountId, query);
  }

  @Get(':id')
  @Reads(CustomerWire, 'One customer', 'customer-not-found')
  async getCustomer(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<CustomerWire> {
    return this.api.get(accountId, id);
  }

  @Patch(':id')
  @Changes(CustomerAnswerWire, 'Change the description', 'customer-not-found')
  async updateCustomer(
    @Context() context: RequestContext,
    @PathId() id: string,
    @Body() body: UpdateCustomerBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const updated = await this.api.update(context, id, body);
    answered(reply, updated);
    return updated.wire;
  }

  @Post(':id/block')
  @Changes(
    CustomerAnswerWire,
    'Block: from now on receipts are credited to the account',
    'customer-not-found',
    'invalid-reason',
  )
  async blockCustomer(
    @Context() context: RequestContext,
    @PathId() id: string,
    @Body() body: ReasonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const blocked = await this.api.block(context, id, body);
    answered(reply, blocked);
    return blocked.wire;
  }

  @Post(':id/unblock')
  @Changes(
    CustomerAnswerWire,
    'Unblock: from now on receipts are credited to the customer again',
    'customer-not-found',
    'invalid-reason',
  )
  async unblockCustomer(
    @Context() context: RequestContext,
    @PathId() id: string,
    @Body() body: ReasonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const unblocked = await this.api.unblock(context, id, body);
    answered(reply, unblocked);
    return unblocked.wire;
  }

  @Get(':id/balances')
  @Reads(
    BalanceList,
    'What is there now of what the customer received',
    'customer-not-found',
    ...AS_OF_PROBLEMS,
  )
  async getCustomerBalances(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() query: AsOfQuery,
  ): Promise<BalanceList> {
    return this.api.balances(accountId, id, query);
  }

  @Get(':id/throughput')
  @Reads(
    ThroughputList,
    'What the customer has ever received',
    'customer-not-found',
    ...AS_OF_PROBLEMS,
  )
  async getCustomerThroughput(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() query: AsOfQuery,
  ): Promise<ThroughputList> {
    return this.api.throughput(accountId, id, query);
  }
}
