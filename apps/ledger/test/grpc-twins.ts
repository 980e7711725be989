import type { Known } from './grpc-known';
import type { ReflectedType } from './grpc-reflected';

/** The same request over both edges, and how the answer of the one looks in the other. */
export interface Twin {
  readonly service: string;
  readonly method: string;
  readonly request: object;
  readonly rest: string;
  readonly body?: object;
  /** The answer of REST in the shape of the message; field names are compared without regard to case. */
  // biome-ignore lint/suspicious/noExplicitAny: answers as a client without types reads them.
  shape(body: any): object;
}

const customers = 'daybook.v1.CustomerService';
const purses = 'daybook.v1.PurseService';
const replenishments = 'daybook.v1.ReplenishmentService';
const figures = 'daybook.v1.FiguresService';
const registry = 'daybook.v1.RegistryService';
const events = 'daybook.v1.EventService';

const page =
  (name: string): Twin['shape'] =>
  ({ data, nextCursor }) => ({ [name]: data, nextCursor });

const all =
  (name: string): Twin['shape'] =>
  ({ data, nextCursor: _, ...rest }) => ({ [name]: data, ...rest });

const command =
  (name: string, more: object = {}): Twin['shape'] =>
  ({ position, ...rest }) => ({ [name]: rest, position, replayed: false, ...more });

/** One request to every operation there is. Commands repeat what is so already: they change nothing. */
export function twinsOf({
  customerId,
  purseId,
  address,
  replenishmentId,
  position,
}: Known): readonly Twin[] {
  const customer = { customer_id: customerId, min_position: position };
  const purse = { purse_id: purseId, min_position: position };
  const at = `?minPosition=${position}`;
  const ofCustomer = `/v1/customers/${customerId}`;
  const ofPurse = `/v1/purses/${purseId}`;
  const create = { externalId: 'ann', description: 'the first', families: ['evm'] };
  return [
    {
      service: customers,
      method: 'CreateCustomer',
      request: { external_id: 'ann', description: 'the first', families: ['FAMILY_EVM'] },
      rest: 'POST /v1/customers',
      body: create,
      shape: ({ position: reached, purses: minted, ...rest }) => ({
        customer: rest,
        purses: minted,
        position: reached,
        created: false,
        replayed: false,
      }),
    },
    {
      service: customers,
      method: 'GetCustomer',
      request: customer,
      rest: `GET ${ofCustomer}${at}`,
      shape: (body) => ({ customer: body }),
    },
    {
      service: customers,
      method: 'ListCustomers',
      request: { limit: 1, status: 'CUSTOMER_STATUS_ACTIVE', min_position: position },
      rest: `GET /v1/customers${at}&limit=1&status=ACTIVE`,
      shape: page('customers'),
    },
    {
      service: customers,
      method: 'UpdateCustomer',
      request: { customer_id: customerId, description: 'the first' },
      rest: `PATCH ${ofCustomer}`,
      body: { description: 'the first' },
      shape: command('customer'),
    },
    {
      service: customers,
      method: 'BlockCustomer',
      request: { customer_id: customerId, reason: 'a test' },
      rest: `POST ${ofCustomer}/block`,
      body: { reason: 'a test' },
      shape: command('customer'),
    },
    {
      service: customers,
      method: 'UnblockCustomer',
      request: { customer_id: customerId, reason: 'a test' },
      rest: `POST ${ofCustomer}/unblock`,
      body: { reason: 'a test' },
      shape: command('customer'),
    },
    {
      service: purses,
      method: 'MintPurse',
      request: { customer_id: customerId, currency: 'ETH' },
      rest: `POST ${ofCustomer}/purses`,
      body: { currency: 'ETH' },
      shape: command('purse', { created: false }),
    },
    {
      service: purses,
      method: 'GetPurse',
      request: purse,
      rest: `GET ${ofPurse}${at}`,
      shape: (body) => ({ purse: body }),
    },
    {
      service: purses,
      method: 'ListPurses',
      request: { address, min_position: position },
      rest: `GET /v1/purses${at}&address=${address}`,
      shape: page('purses'),
    },
    {
      service: purses,
      method: 'ListPurses',
      request: { limit: 1, min_position: position },
      rest: `GET /v1/purses${at}&limit=1`,
      shape: page('purses'),
    },
    {
      service: purses,
      method: 'ListCustomerPurses',
      request: { ...customer, limit: 500 },
      rest: `GET ${ofCustomer}/purses${at}&limit=500`,
      shape: page('purses'),
    },
    {
      service: replenishments,
      method: 'GetReplenishment',
      request: { replenishment_id: replenishmentId, min_position: position },
      rest: `GET /v1/replenishments/${replenishmentId}${at}`,
      shape: (body) => ({ replenishment: body }),
    },
    {
      service: replenishments,
      method: 'ListReplenishments',
      request: {
        asset: 'USDT_ETH',
        transaction_state: 'TRANSACTION_STATE_CONFIRMED',
        from: { seconds: 1_767_225_600, nanos: 500_000_000 },
        min_position: position,
      },
      rest: `GET /v1/replenishments${at}&asset=USDT_ETH&status=CONFIRMED&from=2026-01-01T00:00:00.5Z`,
      shape: page('replenishments'),
    },
    {
      service: replenishments,
      method: 'ListReplenishments',
      request: { customer_id: customerId, purse_id: purseId, limit: 1, min_position: position },
      rest: `GET /v1/replenishments${at}&customerId=${customerId}&purseId=${purseId}&limit=1`,
      shape: page('replenishments'),
    },
    {
      service: replenishments,
      method: 'ListReplenishments',
      request: { status: 'REPLENISHMENT_STATUS_REJECTED', min_position: position },
      rest: `GET /v1/replenishments${at}&status=rejected`,
      shape: page('replenishments'),
    },
    {
      service: figures,
      method: 'GetCustomerBalances',
      request: { customer_id: customerId, as_of: position },
      rest: `GET ${ofCustomer}/balances?asOf=${position}`,
      shape: all('balances'),
    },
    {
      service: figures,
      method: 'GetCustomerThroughput',
      request: { customer_id: customerId, as_of: position },
      rest: `GET ${ofCustomer}/throughput?asOf=${position}`,
      shape: all('throughputs'),
    },
    {
      service: figures,
      method: 'GetPurseBalances',
      request: { purse_id: purseId, as_of: position },
      rest: `GET ${ofPurse}/balances?asOf=${position}`,
      shape: all('balances'),
    },
    {
      service: figures,
      method: 'GetPurseThroughput',
      request: { purse_id: purseId, as_of: position },
      rest: `GET ${ofPurse}/throughput?asOf=${position}`,
      shape: all('throughputs'),
    },
    {
      service: registry,
      method: 'ListChains',
      request: {},
      rest: 'GET /v1/chains',
      shape: all('chains'),
    },
    {
      service: registry,
      method: 'ListAssets',
      request: {},
      rest: 'GET /v1/assets',
      shape: all('assets'),
    },
    {
      service: events,
      method: 'ListEvents',
      request: { after: '1', limit: 2 },
      rest: 'GET /v1/events?after=1&limit=2',
      shape: ({ data, nextCursor }) => ({
        events: data.map(({ data: fact, ...event }: { data: object }) => ({
          ...event,
          dataJson: JSON.stringify(fact),
        })),
        nextCursor,
      }),
    },
  ];
}

const SECOND_NANOS = 1_000_000_000;

/**
 * What differs between a resource of REST and a message, as paths; nothing when they say the same.
 * Null is absent or unspecified there, a word is the end of its enum value, a time is a Timestamp.
 */
export function differences(rest: unknown, rpc: unknown, path = ''): readonly string[] {
  const differs = (is: boolean) => (is ? [] : [`${path}: ${text(rest)} is ${text(rpc)}`]);
  if (rest === null || rest === undefined) {
    const isAbsent = rpc === null || rpc === undefined;
    return differs(isAbsent || String(rpc).endsWith('_UNSPECIFIED'));
  }
  if (Array.isArray(rest)) {
    if (!Array.isArray(rpc) || rpc.length !== rest.length) return differs(false);
    return rest.flatMap((item, i) => differences(item, rpc[i], `${path}[${i}]`));
  }
  if (typeof rest === 'object') {
    if (typeof rpc !== 'object' || rpc === null) return differs(false);
    const names = Object.keys(rest).map(snake);
    const extra = Object.keys(rpc).filter((name) => !names.includes(name));
    const inside = Object.entries(rest).flatMap(([name, value]) =>
      differences(value, (rpc as Record<string, unknown>)[snake(name)], `${path}/${name}`),
    );
    return [...extra.map((name) => `${path}/${name}: only in the message`), ...inside];
  }
  if (typeof rest === 'number') return differs(String(rest) === String(rpc));
  if (typeof rest === 'string' && typeof rpc === 'object' && rpc !== null) {
    const { seconds, nanos } = rpc as { seconds: string; nanos: number };
    return differs(Date.parse(rest) === Number(seconds) * 1_000 + (nanos / SECOND_NANOS) * 1_000);
  }
  if (rest === rpc) return [];
  const word = String(rest).replaceAll('-', '_').toUpperCase();
  return differs(typeof rpc === 'string' && /^[A-Z_]+$/.test(rpc) && rpc.endsWith(`_${word}`));
}

/** Adds the fields of a message, and of those inside it, that hold something: `<type>/<field>`. */
// biome-ignore lint/suspicious/noExplicitAny: answers as a client without types reads them.
export function saidBy(message: any, type: ReflectedType, said: Set<string>): void {
  for (const field of type.fields) {
    const values = [message[field.name] ?? []].flat();
    const isSaid = values.some((value) => value !== '' && !String(value).endsWith('_UNSPECIFIED'));
    if (isSaid) said.add(`${type.name}/${field.name}`);
    if (field.message === null) continue;
    for (const value of values) saidBy(value, field.message, said);
  }
}

/** The fields of these types that are missing in `said`. */
export function unsaidBy(types: readonly ReflectedType[], said: ReadonlySet<string>): string[] {
  const unsaid = new Set<string>();
  const look = (type: ReflectedType) => {
    for (const { name, message } of type.fields) {
      if (!said.has(`${type.name}/${name}`)) unsaid.add(`${type.name}/${name}`);
      if (message !== null) look(message);
    }
  };
  types.forEach(look);
  return [...unsaid];
}

export function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
