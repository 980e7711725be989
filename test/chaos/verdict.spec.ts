import type { Deposit } from './chain';
import { type Truth, verdict, type Witness } from './verdict';

const COINS = 'eip155:31337/slip44:60';
const TOKENS = 'eip155:31337/erc20:0x01';
const PURSES = [
  { id: 'purse-1', address: '0xAa01', customerId: 'customer-1' },
  { id: 'purse-2', address: '0xAa02', customerId: 'customer-1' },
] as const;
/** A small chain: two deposits that are still there, and one that was swept again. */
const DEPOSITS: readonly Deposit[] = [
  { txHash: '0x1', asset: COINS, to: '0xAa01', amount: 7n },
  { txHash: '0x2', asset: TOKENS, to: '0xAa02', amount: 5n },
  { txHash: '0x3', asset: TOKENS, to: '0xAa02', amount: 3n },
];
const HOLDINGS: Readonly<Record<string, readonly (readonly [string, bigint])[]>> = {
  'purse-1': [
    [COINS, 7n],
    [TOKENS, 0n],
  ],
  'purse-2': [
    [COINS, 0n],
    [TOKENS, 5n],
  ],
};

const chain: Truth = {
  settle: async () => undefined,
  purses: PURSES,
  deposits: async () => DEPOSITS,
  holdings: async ({ id }) => new Map(HOLDINGS[id]),
};

/** What a product answers that kept all of it. Each test plants a fault in it. */
function rightBooks() {
  return {
    customers: [{ externalId: 'alice', id: 'customer-1' }],
    purses: PURSES.map((purse) => ({ ...purse })),
    findings: [] as object[],
    replenishments: DEPOSITS.map(({ txHash, asset, to, amount }, n) => ({
      ...{ id: `replenishment-${n}`, status: 'confirmed', reason: null as string | null },
      ...{ txHash, to: to.toLowerCase(), money: { asset, baseUnits: String(amount) } },
    })),
    custody: {
      'purse-1': [[COINS, '7']],
      'purse-2': [[TOKENS, '5']],
    } as Record<string, [string, string][]>,
    compare: { exitCode: 0, output: '' },
  };
}

type Books = ReturnType<typeof rightBooks>;

function judged(plant: (books: Books) => void, faults: string[] = []): Promise<readonly string[]> {
  const books = rightBooks();
  plant(books);
  const product: Witness = {
    async request(_, path) {
      const [, id = ''] = /^\/v1\/purses\/(.*)\/balances$/.exec(path) ?? [];
      const rows = books.custody[id];
      if (rows === undefined) return { status: 404, body: null };
      const data = rows.map(([asset, baseUnits]) => ({ asset, custody: { baseUnits } }));
      return { status: 200, body: { data } };
    },
    all: async (path) => books[path.slice('/v1/'.length) as 'purses' | 'findings'],
    run: async () => books.compare,
  };
  const answered = {
    faults,
    customers: new Map([['alice', 'customer-1']]),
    purses: new Map(PURSES.map((purse) => [purse.id, purse])),
  };
  return verdict(product, chain, answered, 0);
}

const first = <T>(list: readonly T[]): T => list[0] as T;

it('finds nothing where everything is right', async () => {
  expect(await judged(() => undefined)).toEqual([]);
});

const lost = `Deposit 3 of ${TOKENS} to 0xaa02 in 0x3: 1 on the chain`;

it.each<[fault: string, plant: (books: Books) => void, sentences: (string | RegExp)[]]>([
  [
    'a wrong figure',
    ({ custody }) => void Object.assign(custody, { 'purse-1': [[COINS, '8']] }),
    [`0xAa01: custody of ${COINS} is 8, on the chain is 7.`],
  ],
  [
    'an asset that the chain does not have',
    ({ custody }) => void custody['purse-1']?.push(['invented', '1']),
    ['0xAa01: custody of invented is 1, on the chain is 0.'],
  ],
  [
    'a deposit that is missing in the books',
    (books) => {
      books.replenishments = books.replenishments.filter(({ txHash }) => txHash !== '0x1');
      books.custody['purse-1'] = [];
    },
    [
      `0xAa01: custody of ${COINS} is 0, on the chain is 7.`,
      `Deposit 7 of ${COINS} to 0xaa01 in 0x1: 1 on the chain, 0 recorded.`,
    ],
  ],
  [
    'a deposit that is lost with its sweep, so that custody is right',
    ({ replenishments }) => void replenishments.pop(),
    [`${lost}, 0 recorded.`],
  ],
  [
    'a deposit that was taken back although the chain has it',
    ({ replenishments }) => void Object.assign(replenishments[2] ?? {}, { status: 'reverted' }),
    [`${lost}, 0 recorded.`],
  ],
  [
    'a deposit that counts twice',
    ({ replenishments }) => void replenishments.push(first(replenishments.slice(2))),
    [`${lost}, 2 recorded.`],
  ],
  [
    'a deposit that still waits',
    ({ replenishments }) =>
      void Object.assign(first(replenishments), { status: 'detected', reason: 'unproven-trace' }),
    [
      'Replenishment replenishment-0 is detected (unproven-trace).',
      `Deposit 7 of ${COINS} to 0xaa01 in 0x1: 1 on the chain, 0 recorded.`,
    ],
  ],
  [
    'a finding',
    ({ findings }) => void findings.push({ id: 'f', kind: 'missing', purseId: 'purse-1' }),
    ['Finding f, missing, of purse purse-1.'],
  ],
  [
    'rows that differ from the event log',
    ({ compare }) => void Object.assign(compare, { exitCode: 4, output: 'one row differs\n' }),
    ['replay --compare ends with 4:\none row differs'],
  ],
  [
    'a customer who was answered and is not there',
    ({ customers }) => void customers.pop(),
    ['Customer alice was customer-1, is undefined.'],
  ],
  [
    'a purse that was answered and is not there',
    (books) => {
      books.purses.pop();
      delete books.custody['purse-2'];
    },
    [
      '0xAa02: its balances are answered with 404.',
      'Purse purse-2 was 0xAa02 of customer-1, is gone.',
    ],
  ],
  [
    'a purse whose address has changed',
    ({ purses }) => void Object.assign(first(purses), { address: '0xAa03' }),
    ['Purse purse-1 was 0xAa01 of customer-1, is 0xAa03 of customer-1.'],
  ],
  [
    'a purse that belongs to another customer',
    ({ purses }) => void Object.assign(first(purses), { customerId: 'customer-2' }),
    ['Purse purse-1 was 0xAa01 of customer-1, is 0xAa01 of customer-2.'],
  ],
  [
    'an address that is given twice',
    ({ purses }) => void purses.push({ ...first(purses), id: 'purse-3' as never }),
    ['0xAa01 is given to purses purse-1 and purse-3.'],
  ],
])('names %s', async (_, plant, sentences) => {
  expect(await judged(plant)).toEqual(sentences);
});

it('repeats what was answered wrongly on the way', async () => {
  expect(await judged(() => undefined, ['POST /v1/customers is refused: 400.'])).toEqual([
    'POST /v1/customers is refused: 400.',
  ]);
});
