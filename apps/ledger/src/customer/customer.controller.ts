import { Body, Controller, Get, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AssetRegistry } from '../asset-registry';
import { MintPurse } from '../purse/mint-purse';
import { PurseAddresses } from '../purse/purse-addresses';
import { GetFigures } from '../read-models/balances/get-figures';
import { GetCustomer, ListCustomers } from '../read-models/customers/get-customers';
import type { RequestContext } from '../request-context';
import { answered } from '../rest/answer';
import { AccountId, Context } from '../rest/context';
import { Changes, Creates, Reads } from '../rest/describe';
import { BalanceList, ThroughputList, toBalance, toThroughput } from '../rest/figures.dto';
import { pageRequest, ReadQuery, toList, wholeList } from '../rest/paging';
import { PathId } from '../rest/path-id';
import { found } from '../rest/problem';
import { BlockCustomer } from './block-customer';
import { CreateCustomer } from './create-customer';
import {
  CreateCustomerBody,
  CreatedCustomerWire,
  CustomerAnswerWire,
  CustomerList,
  CustomersQuery,
  CustomerWire,
  ReasonBody,
  toCreatedCustomer,
  toCustomerAnswer,
  UpdateCustomerBody,
} from './customer.dto';
import { UnblockCustomer } from './unblock-customer';
import { UpdateCustomer } from './update-customer';

@ApiTags('Customers')
@Controller('v1/customers')
export class CustomerController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly addresses: PurseAddresses,
  ) {}

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
    const { externalId, description = null, families = [] } = body;
    // Asked before the customer is created, so that a refused call has changed nothing.
    for (const family of families) this.addresses.requireFamily(family);
    const created = await this.commands.execute(
      new CreateCustomer(context, { externalId, description }),
    );
    const mint = (family: (typeof families)[number]) =>
      new MintPurse(context, created.resource.id, { family, outsideOrderId: null });
    const minted = await Promise.all(families.map((family) => this.commands.execute(mint(family))));
    answered(reply, created, `/v1/customers/${created.resource.id}`);
    return toCreatedCustomer(created, minted);
  }

  @Get()
  @Reads(CustomerList, "The account's customers", 'invalid-cursor')
  async listCustomers(
    @AccountId() accountId: string,
    @Query() query: CustomersQuery,
  ): Promise<CustomerList> {
    const { externalId, status } = query;
    const list = new ListCustomers(accountId, { externalId, status }, pageRequest(query));
    return toList(await this.queries.execute(list), (customer) => customer);
  }

  @Get(':id')
  @Reads(CustomerWire, 'One customer', 'customer-not-found')
  async getCustomer(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<CustomerWire> {
    return found(await this.queries.execute(new GetCustomer(accountId, id)), 'customer-not-found');
  }

  @Patch(':id')
  @Changes(CustomerAnswerWire, 'Change the description', 'customer-not-found')
  async updateCustomer(
    @Context() context: RequestContext,
    @PathId() id: string,
    @Body() { description }: UpdateCustomerBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const updated = await this.commands.execute(new UpdateCustomer(context, id, description));
    answered(reply, updated);
    return toCustomerAnswer(updated);
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
    @Body() { reason }: ReasonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const blocked = await this.commands.execute(new BlockCustomer(context, id, reason));
    answered(reply, blocked);
    return toCustomerAnswer(blocked);
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
    @Body() { reason }: ReasonBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerAnswerWire> {
    const unblocked = await this.commands.execute(new UnblockCustomer(context, id, reason));
    answered(reply, unblocked);
    return toCustomerAnswer(unblocked);
  }

  @Get(':id/balances')
  @Reads(BalanceList, 'What is there now of what the customer received', 'customer-not-found')
  async getCustomerBalances(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<BalanceList> {
    const figures = await this.queries.execute(new GetFigures(accountId, { kind: 'customer', id }));
    const entries = found(figures, 'customer-not-found');
    return wholeList(entries.map((entry) => toBalance(entry, this.assets)));
  }

  @Get(':id/throughput')
  @Reads(ThroughputList, 'What the customer has ever received', 'customer-not-found')
  async getCustomerThroughput(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<ThroughputList> {
    const figures = await this.queries.execute(new GetFigures(accountId, { kind: 'customer', id }));
    const entries = found(figures, 'customer-not-found');
    return wholeList(entries.map((entry) => toThroughput(entry, this.assets)));
  }
}
