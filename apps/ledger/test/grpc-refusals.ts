/** A request that both edges refuse: service, method and message, and the same over REST. */
export type Refusal = readonly [
  service: string,
  method: string,
  message: object,
  rest: string,
  body?: object,
];

/** Nobody has this id. */
export const STRANGE_ID = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
const BEYOND = '18446744073709551615';
/** A position, but of no event. */
const LATER = '999999999999999999';

/** Refusals that depend on what a value means; those of its form are derived from the declarations. */
export const REFUSALS: readonly Refusal[] = [
  ['CustomerService', 'CreateCustomer', {}, 'POST /v1/customers', { externalId: '' }],
  [
    'CustomerService',
    'CreateCustomer',
    { external_id: 'b', families: ['FAMILY_TRON'] },
    'POST /v1/customers',
    { externalId: 'b', families: ['tron'] },
  ],
  [
    'CustomerService',
    'CreateCustomer',
    { external_id: 'b', families: [1, 1] },
    'POST /v1/customers',
    { externalId: 'b', families: ['evm', 'evm'] },
  ],
  [
    'CustomerService',
    'CreateCustomer',
    { external_id: 'b', families: [0] },
    'POST /v1/customers',
    { externalId: 'b', families: ['x'] },
  ],
  ['CustomerService', 'GetCustomer', { customer_id: 'x' }, 'GET /v1/customers/x'],
  [
    'CustomerService',
    'GetCustomer',
    { customer_id: STRANGE_ID, min_position: '18446744073709551615' },
    `GET /v1/customers/${STRANGE_ID}?minPosition=18446744073709551615`,
  ],
  ['CustomerService', 'ListCustomers', { limit: 0 }, 'GET /v1/customers?limit=0'],
  ['CustomerService', 'ListCustomers', { cursor: 'AAAA' }, 'GET /v1/customers?cursor=AAAA'],
  ['CustomerService', 'ListCustomers', { cursor: '' }, 'GET /v1/customers?cursor='],
  ['CustomerService', 'ListCustomers', { status: 77 }, 'GET /v1/customers?status=x'],
  [
    'CustomerService',
    'UpdateCustomer',
    { customer_id: STRANGE_ID, description: 'x' },
    `PATCH /v1/customers/${STRANGE_ID}`,
    { description: 'x' },
  ],
  [
    'CustomerService',
    'UpdateCustomer',
    { customer_id: STRANGE_ID },
    `PATCH /v1/customers/${STRANGE_ID}`,
    {},
  ],
  [
    'CustomerService',
    'UpdateCustomer',
    { customer_id: STRANGE_ID, clear_description: false },
    `PATCH /v1/customers/${STRANGE_ID}`,
    {},
  ],
  [
    'CustomerService',
    'BlockCustomer',
    { customer_id: STRANGE_ID, reason: ' ' },
    `POST /v1/customers/${STRANGE_ID}/block`,
    { reason: ' ' },
  ],
  [
    'PurseService',
    'MintPurse',
    { customer_id: STRANGE_ID },
    `POST /v1/customers/${STRANGE_ID}/purses`,
    {},
  ],
  [
    'PurseService',
    'MintPurse',
    { customer_id: STRANGE_ID, currency: 'NOPE' },
    `POST /v1/customers/${STRANGE_ID}/purses`,
    { currency: 'NOPE' },
  ],
  ['PurseService', 'GetPurse', { purse_id: STRANGE_ID }, `GET /v1/purses/${STRANGE_ID}`],
  ['PurseService', 'ListPurses', { address: '0x0' }, 'GET /v1/purses?address=0x0'],
  ['PurseService', 'ListPurses', { customer_id: '1' }, 'GET /v1/purses?customerId=1'],
  [
    'PurseService',
    'ListCustomerPurses',
    { customer_id: STRANGE_ID },
    `GET /v1/customers/${STRANGE_ID}/purses`,
  ],
  [
    'ReplenishmentService',
    'ListReplenishments',
    { asset: 'DOGE' },
    'GET /v1/replenishments?asset=DOGE',
  ],
  [
    'ReplenishmentService',
    'ListReplenishments',
    { from: { seconds: -1 } },
    'GET /v1/replenishments?from=1969-12-31T23:59:59.000Z',
  ],
  ['EventService', 'ListEvents', { limit: 0 }, 'GET /v1/events?limit=0'],
  ['EventService', 'ListEvents', { after: LATER }, `GET /v1/events?after=${LATER}`],
  [
    'PurseService',
    'GetPurse',
    { purse_id: STRANGE_ID, as_of: BEYOND },
    `GET /v1/purses/${STRANGE_ID}?asOf=${BEYOND}`,
  ],
  [
    'PurseService',
    'GetPurse',
    { purse_id: STRANGE_ID, as_of: 'yesterday' },
    `GET /v1/purses/${STRANGE_ID}?asOf=yesterday`,
  ],
  [
    'FiguresService',
    'GetCustomerBalances',
    { customer_id: STRANGE_ID, as_of: '1' },
    `GET /v1/customers/${STRANGE_ID}/balances?asOf=1`,
  ],
  [
    'FiguresService',
    'GetPurseBalances',
    { purse_id: STRANGE_ID, as_of: '2999-01-01T00:00:00Z' },
    `GET /v1/purses/${STRANGE_ID}/balances?asOf=2999-01-01T00:00:00Z`,
  ],
  [
    'FiguresService',
    'GetPurseThroughput',
    { purse_id: STRANGE_ID, as_of: '1', min_position: '1' },
    `GET /v1/purses/${STRANGE_ID}/throughput?asOf=1&minPosition=1`,
  ],
  [
    'RegistryService',
    'ListChains',
    { min_position: BEYOND },
    `GET /v1/chains?minPosition=${BEYOND}`,
  ],
  [
    'RegistryService',
    'ListAssets',
    { min_position: BEYOND },
    `GET /v1/assets?minPosition=${BEYOND}`,
  ],
];
