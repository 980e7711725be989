import { aBlock, addressOf, hashOf, type TransactionPlan } from '../../testing/raw-blocks';
import { type CallPlan, callTracerFrame, flatFrames } from '../../testing/trace-trees';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { arrange } from './block-answer';
import { ETHEREUM_PROOF } from './header';
import { type Keccak, loadKeccak } from './keccak';
import { ZERO_ADDRESS } from './raw';
import { readTraces } from './traces';

const [sender, batch, alice, bob] = ['sender', 'batch', 'alice', 'bob'].map(addressOf) as [
  string,
  ...string[],
] as [string, string, string, string];
const NATIVE = 'eip155:1/slip44:60';
const POLYGON: Proof = { ...ETHEREUM_PROOF, hasTransactionsOutside: true };

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

function answerOf(plans: readonly TransactionPlan[]) {
  const { block, receipts } = aBlock({ transactions: plans }, keccak);
  return arrange(block, receipts);
}

/** A block with a transaction to the batch for each plan. */
const paid = (count = 1, more: Partial<TransactionPlan> = {}) =>
  answerOf(Array.from({ length: count }, () => ({ from: sender, to: batch, ...more })));

function call(calls: readonly CallPlan[], more: Partial<CallPlan> = {}): CallPlan {
  return { type: 'CALL', from: sender, to: batch, calls, ...more };
}

const pays = (to: string, value: bigint, more: Partial<CallPlan> = {}): CallPlan => ({
  ...{ type: 'CALL', from: batch, to, value },
  ...more,
});

/** What both methods show of plans for the transactions of a block, and the text of one, which must be the same. */
function shown(
  answer: ReturnType<typeof paid>,
  plans: readonly CallPlan[],
  proof = ETHEREUM_PROOF,
) {
  const { transactions, hash: blockHash } = answer.block;
  const hashes = transactions.map(({ hash }) => hash);
  const results = {
    debug_traceBlockByHash: plans.map((plan, i) => ({
      txHash: hashes[i],
      result: callTracerFrame(plan),
    })),
    trace_block: plans.flatMap((plan, i) =>
      flatFrames(plan, { transactionHash: hashes[i] ?? hashOf('unlisted'), blockHash }),
    ),
  };
  const bytes = Buffer.from(JSON.stringify({ id: 1, result: results.debug_traceBlockByHash }));
  const read = [
    { method: 'debug_traceBlockByHash', result: results.debug_traceBlockByHash } as const,
    { method: 'debug_traceBlockByHash', bytes } as const,
    { method: 'trace_block', result: results.trace_block } as const,
  ].map((each) => readTraces(each, answer, { native: NATIVE, proof }));
  const moves = read.map((found) =>
    [...found.values()]
      .flat()
      .map(({ ordinal, to, amount }) => `${ordinal} ${amount} ${nameOf(to)}`),
  );
  expect(moves.slice(1)).toEqual([moves[0], moves[0]]);
  return moves[0] as string[];
}

function nameOf(address: string): string {
  const names: Record<string, string> = { [alice]: 'alice', [bob]: 'bob', [batch]: 'batch' };
  return names[address] ?? address;
}

/** Reads an answer of a method as it is. */
function read(
  method: 'debug_traceBlockByHash' | 'trace_block',
  result: unknown,
  answer = paid(),
  proof = ETHEREUM_PROOF,
) {
  return readTraces({ method, result }, answer, { native: NATIVE, proof });
}

describe('what moves the coin', () => {
  it('is each call with a value below the transaction, by its path', () => {
    const plan = call(
      [pays(alice, 5n), pays(bob, 6n, { calls: [pays(alice, 7n, { from: bob })] })],
      {
        value: 20n,
      },
    );
    expect(shown(paid(), [plan])).toEqual(['call:0 5 alice', 'call:1 6 bob', 'call:1_0 7 alice']);
  });

  it('is a creation with a value and a self-destruct, once to the contract itself', () => {
    const plan = call([
      { type: 'CREATE', from: batch, to: alice, value: 5n },
      { type: 'CREATE2', from: batch, to: bob, value: 6n },
      { type: 'SELFDESTRUCT', from: batch, to: alice, value: 7n },
      { type: 'SELFDESTRUCT', from: batch, to: batch, value: 8n },
    ]);
    expect(shown(paid(), [plan])).toEqual([
      ...['call:0 5 alice', 'call:1 6 bob', 'call:2 7 alice', 'call:3 0 batch'],
    ]);
  });

  it.each(['DELEGATECALL', 'CALLCODE', 'STATICCALL'])('is no %s, but what is below it', (type) => {
    const plan = call([{ type, from: batch, to: bob, value: 5n, calls: [pays(alice, 6n)] }]);
    expect(shown(paid(), [plan])).toEqual(['call:0_0 6 alice']);
  });

  it('is nothing that failed, or is below what failed', () => {
    const plan = call([
      pays(alice, 5n, { failed: true, calls: [pays(bob, 6n)] }),
      pays(bob, 7n, { calls: [pays(alice, 8n, { failed: true })] }),
    ]);
    expect(shown(paid(), [plan])).toEqual(['call:0 7 bob']);
  });

  it('is nothing in a transaction that failed, whatever the trace says', () => {
    expect(shown(paid(1, { failed: true }), [call([pays(alice, 5n)], { failed: true })])).toEqual(
      [],
    );
    expect(shown(paid(1, { failed: true }), [call([pays(alice, 5n)])])).toEqual([]);
  });

  it('has a path that does not depend on which other calls a node lists', () => {
    const precompiled = `0x${'0'.repeat(39)}1`;
    const others: CallPlan[] = [
      { type: 'STATICCALL', from: batch, to: precompiled },
      pays(precompiled, 9n),
      pays(bob, 9n, { failed: true }),
      pays(bob, 0n),
    ];
    const plan = call([...others, pays(alice, 5n), ...others, pays(alice, 6n)]);
    expect(shown(paid(), [plan])).toEqual(['call:0 5 alice', 'call:1 6 alice']);
  });

  it('has a short name of its own however deep it is, so that its id is one that readers take', () => {
    const last = [pays(alice, 5n), pays(alice, 6n)];
    const below = Array.from({ length: 1_000 }).reduce<readonly CallPlan[]>(
      (calls) => [{ type: 'CALL', from: batch, to: bob, calls }],
      last,
    );
    const names = shown(paid(), [call([pays(bob, 1n), ...below])]).map((it) => it.split(' ')[0]);
    expect(new Set(names).size).toBe(3);
    for (const name of names) {
      expect(name).toMatch(/^call:[0-9_]+$/);
      expect(name?.length).toBeLessThanOrEqual(105);
    }
  });
});

describe('the traces of a block', () => {
  const first = () => callTracerFrame(call([pays(alice, 5n)]));
  const refusals: [string, (hashes: readonly string[]) => unknown, RegExp][] = [
    ['are too few', ([a]) => [{ txHash: a, result: first() }], /has no trace/],
    [
      'are too many',
      ([a, b]) => [a, b, b].map((txHash) => ({ txHash, result: first() })),
      /2 transactions have 3 traces/,
    ],
    [
      'are in another order',
      ([a, b]) => [b, a].map((txHash) => ({ txHash, result: first() })),
      /trace 0 is not of its transaction/,
    ],
    [
      'have none of a transaction',
      ([a, b]) => [
        { txHash: a, result: first() },
        { txHash: b, error: 'execution timeout' },
      ],
      /did not trace 0x[0-9a-f]{64} \(execution timeout\)/,
    ],
    [
      'show no hashes, and other parties',
      () => [{ result: first() }, { result: callTracerFrame(call([], { from: bob })) }],
      /trace 1 is not of its transaction/,
    ],
    [
      'say that a transaction failed which did not',
      ([a, b]) => [
        { txHash: a, result: first() },
        { txHash: b, result: callTracerFrame(call([], { failed: true })) },
      ],
      /succeeded, but failed in its trace/,
    ],
  ];
  it.each(refusals)('are refused when they %s', (_name, traces, reason) => {
    const answer = paid(2);
    const result = traces(answer.block.transactions.map(({ hash }) => hash));
    expect(() => read('debug_traceBlockByHash', result, answer)).toThrow(reason);
  });

  it('are taken without hashes, by the parties of each transaction', () => {
    const result = [{ result: first() }, { result: first() }];
    expect(read('debug_traceBlockByHash', result, paid(2)).size).toBe(2);
  });

  it('are refused when a list is of another block, out of order or without the frame above', () => {
    const answer = paid();
    const transactionHash = answer.block.transactions[0]?.hash as string;
    const of = { transactionHash, blockHash: answer.block.hash };
    const frames = flatFrames(
      call([pays(alice, 5n, { calls: [pays(bob, 1n)] }), pays(bob, 6n)]),
      of,
    );
    const elsewhere = flatFrames(call([]), { ...of, blockHash: hashOf('another') });
    const [root, one, below, two] = frames as [object, object, object, object];
    expect(read('trace_block', frames, answer).get(transactionHash)).toHaveLength(3);
    expect(() => read('trace_block', elsewhere, answer)).toThrow(/of another block/);
    for (const wrong of [
      [root, two, one],
      [root, below],
      [root, one, one],
      [one],
      [root, one, { ...below, transactionHash: hashOf('other') }],
    ]) {
      expect(() => read('trace_block', wrong, answer)).toThrow(/are not in order/);
    }
  });

  it('may have a reward, which is of no transaction', () => {
    const answer = paid();
    const { hash: blockHash, transactions } = answer.block;
    const action = { author: alice, rewardType: 'block', value: '0x1bc16d674ec80000' };
    const reward = { type: 'reward', action, blockHash, transactionHash: null, traceAddress: [] };
    const transactionHash = transactions[0]?.hash as string;
    const frames = flatFrames(call([]), { transactionHash, blockHash });
    expect(read('trace_block', [...frames, reward], answer).size).toBe(0);
  });

  it('may lack the state sync of Polygon, and have one that the block does not list', () => {
    const sync = { from: ZERO_ADDRESS, to: ZERO_ADDRESS };
    const answer = answerOf([{ from: sender, to: batch }, sync]);
    const plan = call([pays(alice, 5n)]);
    const synced: CallPlan = { type: 'CALL', ...sync, calls: [pays(bob, 6n)] };
    expect(shown(answer, [plan], POLYGON)).toEqual(['call:0 5 alice']);
    expect(shown(answer, [plan, synced], POLYGON)).toEqual(['call:0 5 alice', 'call:0 6 bob']);
    expect(shown(paid(), [plan, synced], POLYGON)).toEqual(['call:0 5 alice']);
    expect(() => shown(answer, [plan])).toThrow(/has no trace/);
    expect(() => shown(paid(), [plan, synced])).toThrow(InvalidBlock);
    expect(() => shown(paid(), [], POLYGON)).toThrow(/has no trace/);
  });
});

describe('an answer of another shape', () => {
  const frame = (fields: object) => [
    { result: { type: 'CALL', from: sender, to: batch, ...fields } },
  ];
  /** Nested one in the other, without recursion. */
  function nested(depth: number): object {
    let inner: object = { type: 'CALL', from: batch, to: alice, value: '0x1' };
    for (let n = 0; n < depth; n++)
      inner = { type: 'CALL', from: sender, to: batch, calls: [inner] };
    return inner;
  }
  const shapes: [string, unknown][] = [
    ...[null, 5, 'traces', {}, [null], [5], [[]], [{}], [{ result: 5 }]].map(
      (it): [string, unknown] => [JSON.stringify(it), it],
    ),
    ['has calls that are no list', frame({ calls: { length: 3 } })],
    ['has a call that is no frame', frame({ calls: [null] })],
    ['has a call without a kind', frame({ calls: [{ from: batch, to: alice, value: '0x1' }] })],
    ['has a call of an unknown kind', frame({ calls: [{ type: 'constructor' }] })],
    [
      'has a value that is none',
      frame({ calls: [pays(alice, 1n)].map((it) => ({ ...it, value: 'x' })) }),
    ],
    ['pays to nobody', frame({ calls: [{ type: 'CALL', from: batch, value: '0x1' }] })],
    [
      'has more than a value can be',
      frame({ calls: [{ type: 'CALL', from: batch, to: alice, value: `0x${'f'.repeat(65)}` }] }),
    ],
    ['is nested too deeply', [{ result: nested(2_000) }]],
    ['is nested so deeply that the stack would not suffice', [{ result: nested(200_000) }]],
    ['has a million frames', frame({ calls: Array(1_000_000).fill({ type: 'STATICCALL' }) })],
  ];
  it.each(shapes)('is refused in a sentence: %s', (_name, result) => {
    for (const method of ['debug_traceBlockByHash', 'trace_block'] as const) {
      const since = performance.now();
      expect(() => read(method, result)).toThrow(InvalidBlock);
      expect(performance.now() - since).toBeLessThan(5_000);
    }
  });

  const paths: [string, unknown][] = [
    ...[null, 'path', [-1], [0.5], ['0'], [1e300]].map((it): [string, unknown] => [
      JSON.stringify(it),
      it,
    ]),
    ['too long', Array(2_000).fill(0)],
  ];
  it.each(paths)('is refused when the path of a frame is %s', (_name, traceAddress) => {
    const answer = paid();
    const transactionHash = answer.block.transactions[0]?.hash as string;
    const [root] = flatFrames(call([]), { transactionHash, blockHash: answer.block.hash });
    const wrong = [root, { ...root, traceAddress }];
    expect(() => read('trace_block', wrong, answer)).toThrow(InvalidBlock);
  });
});
