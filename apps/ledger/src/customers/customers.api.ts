import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { figuresOf } from '../books/figures';
import {
  type BalanceList,
  type ThroughputList,
  toBalance,
  toThroughput,
} from '../books/figures.dto';
import { AssetRegistry } from '../chains/asset-registry';
import { Watches } from '../chains/watches';
import type { AsOfQuery } from '../edge/as-of';
import { pageRequest, toList } from '../edge/paging';
import { found } from '../edge/problem';
import type { Answer, RequestContext } from '../edge/request-context';
import type { Customer } from '../edge/resources';
import { MintPurse } from '../purses/mint-purse';
import { PurseAddresses } from '../purses/purse-addresses';
import type { Answered } from '../rest/answer';
import { BlockCustomer } from './block-customer';
import { CreateCustomer } from './create-customer';
import {
  type CreateCustomerBody,
  type CreatedCustomerWire,
  type CustomerAnswerWire,
  type CustomerList,
  type CustomersQuery,
  type CustomerWire,
  type ReasonBody,
  toCreatedCustomer,
  toCustomerAnswer,
  type UpdateCustomerBody,
} from './customers.dto';
import { GetCustomer, ListCustomers } from './get-customers';
import { UnblockCustomer } from './unblock-customer';
import { UpdateCustomer } from './update-customer';

/** What clients can do with customers, whichever edge they come in by. */
@Injectable()
export class CustomerApi {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly addresses: PurseAddresses,
    private readonly watches: Watches,
  ) {}

  async create(
    context: RequestContext,
    { externalId, description = null, families = [] }: CreateCustomerBody,
  ): Promise<Answered<CreatedCustomerWire>> {
    // Asked before the customer is created, so that a refused call has changed nothing.
    for (const family of families) this.addresses.requireFamily(family);
    const created = await this.commands.execute(
      new CreateCustomer(context, { externalId, description }),
    );
    const mint = (family: (typeof families)[number]) =>
      new MintPurse(context, created.resource.id, { family, outsideOrderId: null });
    const minted = await Promise.all(families.map((family) => this.commands.execute(mint(family))));
    return { ...created, wire: toCreatedCustomer(created, minted, await this.watches.now()) };
  }

  async list(accountId: string, query: CustomersQuery): Promise<CustomerList> {
    const { externalId, status } = query;
    const list = new ListCustomers(accountId, { externalId, status }, pageRequest(query));
    return toList(await this.queries.execute(list), (customer) => customer);
  }

  async get(accountId: string, id: string): Promise<CustomerWire> {
    return found(await this.queries.execute(new GetCustomer(accountId, id)), 'customer-not-found');
  }

  async update(
    context: RequestContext,
    id: string,
    { description }: UpdateCustomerBody,
  ): Promise<Answered<CustomerAnswerWire>> {
    return answer(await this.commands.execute(new UpdateCustomer(context, id, description)));
  }

  async block(
    context: RequestContext,
    id: string,
    { reason }: ReasonBody,
  ): Promise<Answered<CustomerAnswerWire>> {
    return answer(await this.commands.execute(new BlockCustomer(context, id, reason)));
  }

  async unblock(
    context: RequestContext,
    id: string,
    { reason }: ReasonBody,
  ): Promise<Answered<CustomerAnswerWire>> {
    return answer(await this.commands.execute(new UnblockCustomer(context, id, reason)));
  }

  balances(accountId: string, id: string, query: AsOfQuery = {}): Promise<BalanceList> {
    const owner = { kind: 'customer', id } as const;
    return figuresOf(this.queries, accountId, owner, query, (f) => toBalance(f, this.assets));
  }

  throughput(accountId: string, id: string, query: AsOfQuery = {}): Promise<ThroughputList> {
    const owner = { kind: 'customer', id } as const;
    return figuresOf(this.queries, accountId, owner, query, (f) => toThroughput(f, this.assets));
  }
}

function answer(answered: Answer<Customer>): Answered<CustomerAnswerWire> {
  return { ...answered, wire: toCustomerAnswer(answered) };
}
