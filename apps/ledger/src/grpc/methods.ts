import { v1 } from '@daybook/contracts';
import {
  CreateCustomerBody,
  type CustomerAnswerWire,
  CustomersQuery,
  ReasonBody,
  UpdateCustomerBody,
} from '../customers/customers.dto';
import { AsOfQuery } from '../edge/as-of';
import { PageQuery, ReadQuery } from '../edge/paging';
import { EventsQuery } from '../events/events.dto';
import { MintPurseBody, PursesQuery } from '../purses/purses.dto';
import { ReplenishmentsQuery } from '../replenishments/replenishments.dto';
import type { Answered } from '../rest/answer';
import {
  assetMessage,
  chainMessage,
  customerMessage,
  eventMessage,
  purseMessage,
  replenishmentMessage,
} from './messages';
import { command, query, type UnaryMethod } from './method';
import {
  CUSTOMER_STATUS,
  FAMILY,
  PURSE_STATUS,
  REPLENISHMENT_STATUS,
  TRANSACTION_STATE,
  wordOf,
} from './words';

const customers = v1.CustomerServiceDefinition.methods;
const purses = v1.PurseServiceDefinition.methods;
const replenishments = v1.ReplenishmentServiceDefinition.methods;
const figures = v1.FiguresServiceDefinition.methods;
const registry = v1.RegistryServiceDefinition.methods;
const events = v1.EventServiceDefinition.methods;

/** The methods of each service that answer once. A test holds them to the routes of REST. */
export const UNARY_METHODS: Readonly<Record<string, readonly UnaryMethod[]>> = {
  [v1.CustomerServiceDefinition.fullName]: [
    command(customers.createCustomer, 'POST /v1/customers', CreateCustomerBody, {
      fields: ({ externalId, description, families }) => ({
        externalId,
        description,
        // No list and an empty one are the same in a message.
        families: families.length === 0 ? undefined : families.map((f) => wordOf(FAMILY, f) ?? f),
      }),
      answer: async (apis, context, body) => {
        const { wire, outcome, replayed } = await apis.customers.create(context, body);
        return {
          customer: customerMessage(wire),
          purses: wire.purses.map(purseMessage),
          position: wire.position,
          created: outcome === 'created',
          replayed,
        };
      },
    }),
    query(customers.getCustomer, 'GET /v1/customers/:id', ReadQuery, {
      id: 'customerId',
      fields: read,
      answer: async (apis, accountId, _, id) => ({
        customer: customerMessage(await apis.customers.get(accountId, id)),
      }),
    }),
    query(customers.listCustomers, 'GET /v1/customers', CustomersQuery, {
      fields: (request) => ({
        ...page(request),
        externalId: request.externalId,
        status: wordOf(CUSTOMER_STATUS, request.status),
      }),
      answer: async (apis, accountId, list) => {
        const { data, nextCursor } = await apis.customers.list(accountId, list);
        return { customers: data.map(customerMessage), nextCursor: nextCursor ?? undefined };
      },
    }),
    command(customers.updateCustomer, 'PATCH /v1/customers/:id', UpdateCustomerBody, {
      id: 'customerId',
      fields: ({ descriptionChange: change }) => ({
        description: change?.$case === 'clearDescription' && change.value ? null : textOf(change),
      }),
      answer: async (apis, context, body, id) =>
        changedCustomer(await apis.customers.update(context, id, body)),
    }),
    command(customers.blockCustomer, 'POST /v1/customers/:id/block', ReasonBody, {
      id: 'customerId',
      fields: ({ reason }) => ({ reason }),
      answer: async (apis, context, body, id) =>
        changedCustomer(await apis.customers.block(context, id, body)),
    }),
    command(customers.unblockCustomer, 'POST /v1/customers/:id/unblock', ReasonBody, {
      id: 'customerId',
      fields: ({ reason }) => ({ reason }),
      answer: async (apis, context, body, id) =>
        changedCustomer(await apis.customers.unblock(context, id, body)),
    }),
  ],
  [v1.PurseServiceDefinition.fullName]: [
    command(purses.mintPurse, 'POST /v1/customers/:id/purses', MintPurseBody, {
      id: 'customerId',
      fields: ({ kind, outsideOrderId }) => ({
        family: kind?.$case === 'family' ? wordOf(FAMILY, kind.value) : undefined,
        currency: kind?.$case === 'currency' ? kind.value : undefined,
        outsideOrderId,
      }),
      answer: async (apis, context, body, id) => {
        const { wire, outcome, replayed } = await apis.purses.mint(context, id, body);
        const { position } = wire;
        return { purse: purseMessage(wire), position, created: outcome === 'created', replayed };
      },
    }),
    query(purses.getPurse, 'GET /v1/purses/:id', AsOfQuery, {
      id: 'purseId',
      fields: moment,
      answer: async (apis, accountId, asked, id) => ({
        purse: purseMessage(await apis.purses.get(accountId, id, asked)),
      }),
    }),
    query(purses.listPurses, 'GET /v1/purses', PursesQuery, {
      fields: (request) => ({
        ...page(request),
        address: request.address,
        customerId: request.customerId,
        status: wordOf(PURSE_STATUS, request.status),
      }),
      answer: async (apis, accountId, list) => {
        const { data, nextCursor } = await apis.purses.list(accountId, list);
        return { purses: data.map(purseMessage), nextCursor: nextCursor ?? undefined };
      },
    }),
    query(purses.listCustomerPurses, 'GET /v1/customers/:id/purses', PageQuery, {
      id: 'customerId',
      fields: page,
      answer: async (apis, accountId, list, id) => {
        const { data, nextCursor } = await apis.purses.listOfCustomer(accountId, id, list);
        return { purses: data.map(purseMessage), nextCursor: nextCursor ?? undefined };
      },
    }),
  ],
  [v1.ReplenishmentServiceDefinition.fullName]: [
    query(replenishments.getReplenishment, 'GET /v1/replenishments/:id', ReadQuery, {
      id: 'replenishmentId',
      fields: read,
      answer: async (apis, accountId, _, id) => ({
        replenishment: replenishmentMessage(await apis.replenishments.get(accountId, id)),
      }),
    }),
    query(replenishments.listReplenishments, 'GET /v1/replenishments', ReplenishmentsQuery, {
      fields: (request) => ({
        ...page(request),
        customerId: request.customerId,
        purseId: request.purseId,
        status: stateOf(request.state),
        asset: request.asset,
        from: request.from,
        to: request.to,
      }),
      answer: async (apis, accountId, list) => {
        const { data, nextCursor } = await apis.replenishments.list(accountId, list);
        const found = data.map(replenishmentMessage);
        return { replenishments: found, nextCursor: nextCursor ?? undefined };
      },
    }),
  ],
  [v1.FiguresServiceDefinition.fullName]: [
    query(figures.getCustomerBalances, 'GET /v1/customers/:id/balances', AsOfQuery, {
      id: 'customerId',
      fields: moment,
      answer: async (apis, accountId, asked, id) => {
        const { data, asOf } = await apis.customers.balances(accountId, id, asked);
        return { balances: data, asOf: asOf ?? undefined };
      },
    }),
    query(figures.getCustomerThroughput, 'GET /v1/customers/:id/throughput', AsOfQuery, {
      id: 'customerId',
      fields: moment,
      answer: async (apis, accountId, asked, id) => {
        const { data, asOf } = await apis.customers.throughput(accountId, id, asked);
        return { throughputs: data, asOf: asOf ?? undefined };
      },
    }),
    query(figures.getPurseBalances, 'GET /v1/purses/:id/balances', AsOfQuery, {
      id: 'purseId',
      fields: moment,
      answer: async (apis, accountId, asked, id) => {
        const { data, asOf } = await apis.purses.balances(accountId, id, asked);
        return { balances: data, asOf: asOf ?? undefined };
      },
    }),
    query(figures.getPurseThroughput, 'GET /v1/purses/:id/throughput', AsOfQuery, {
      id: 'purseId',
      fields: moment,
      answer: async (apis, accountId, asked, id) => {
        const { data, asOf } = await apis.purses.throughput(accountId, id, asked);
        return { throughputs: data, asOf: asOf ?? undefined };
      },
    }),
  ],
  [v1.RegistryServiceDefinition.fullName]: [
    query(registry.listChains, 'GET /v1/chains', ReadQuery, {
      fields: read,
      answer: async (apis) => ({ chains: (await apis.chains.listChains()).data.map(chainMessage) }),
    }),
    query(registry.listAssets, 'GET /v1/assets', ReadQuery, {
      fields: read,
      answer: (apis) => ({ assets: apis.chains.listAssets().data.map(assetMessage) }),
    }),
  ],
  [v1.EventServiceDefinition.fullName]: [
    query(events.listEvents, 'GET /v1/events', EventsQuery, {
      fields: (request) => ({ ...read(request), after: request.after, limit: limitOf(request) }),
      answer: async (apis, accountId, list) => {
        const { data, nextCursor } = await apis.events.list(accountId, list);
        return { events: data.map(eventMessage), nextCursor: nextCursor ?? undefined };
      },
    }),
  ],
};

/** What every read takes. */
function read({ minPosition }: { readonly minPosition?: string | undefined }) {
  return { minPosition };
}

/** What a read takes that can also answer about the past. */
function moment(request: {
  readonly minPosition?: string | undefined;
  readonly asOf?: string | undefined;
}) {
  return { ...read(request), asOf: request.asOf };
}

interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly minPosition?: string | undefined;
}

/** What every list takes. */
function page(request: PageRequest) {
  return { ...read(request), limit: limitOf(request), cursor: request.cursor };
}

/** REST has its numbers as text. */
function limitOf({ limit }: { readonly limit?: number | undefined }): string | undefined {
  return limit === undefined ? undefined : String(limit);
}

function textOf(change: v1.UpdateCustomerRequest['descriptionChange']): string | undefined {
  return change?.$case === 'description' ? change.value : undefined;
}

/** REST takes the words of both vocabularies in one parameter. */
function stateOf(state: v1.ListReplenishmentsRequest['state']): string | undefined {
  if (state === undefined) return undefined;
  return state.$case === 'status'
    ? wordOf(REPLENISHMENT_STATUS, state.value)
    : wordOf(TRANSACTION_STATE, state.value);
}

function changedCustomer({ wire, replayed }: Answered<CustomerAnswerWire>) {
  return { customer: customerMessage(wire), position: wire.position, replayed };
}
