import { addressOf, hashOf } from '../../testing/raw-blocks';
import { type CallPlan, callTracerFrame } from '../../testing/trace-trees';
import type { RawBlock } from './raw';
import { callTraces, type Trace } from './trace-answers';
import { movingTraces } from './trace-elements';
import { movesOf } from './trace-frames';

const [sender, contract, alice] = ['sender', 'contract', 'alice'].map(addressOf) as [
  string,
  string,
  string,
];
const BLOCK = { number: '0x5', hash: hashOf('block'), transactions: [] } as unknown as RawBlock;

const call = (value: bigint, calls: readonly CallPlan[] = []): CallPlan => ({
  ...{ type: 'CALL', from: sender, to: contract, value, calls },
});
const pays = (value: bigint): CallPlan => ({ ...call(value), from: contract, to: alice });

/** What geth answers about transactions that did this. */
function elementsOf(plans: readonly CallPlan[]): object[] {
  return plans.map((plan, i) => ({ txHash: hashOf(`${i}`), result: callTracerFrame(plan) }));
}

const bytesOf = (text: string) => Buffer.from(text);
const answerOf = (result: unknown) => bytesOf(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));

it('reads only the transactions whose calls have a value', () => {
  const elements = elementsOf([
    call(5n),
    call(0n, [pays(0n), call(0n, [pays(0n)])]),
    call(0n, [call(0n, [pays(7n)]), pays(0n)]),
    call(5n, [pays(0n)]),
    call(0n),
  ]);
  const traces = movingTraces(answerOf(elements), BLOCK);
  const whole = callTraces(elements, BLOCK);
  expect(traces?.map(({ hash }) => hash)).toEqual(whole.map(({ hash }) => hash));
  expect(traces?.map(({ frames }) => frames.length)).toEqual([0, 0, 4, 2, 0]);
  expect([traces?.[2], traces?.[3]]).toEqual([whole[2], whole[3]]);
});

it.each([7, '7', '0x07', '0X7', '0x0', '0x00', '0x', '', 0, null, undefined])(
  'sees the same movements as in a whole answer where a value is %p',
  (value) => {
    const [element] = elementsOf([call(3n, [pays(7n)])]) as [{ result: { calls: object[] } }];
    element.result.calls = element.result.calls.map((each) => ({ ...each, value }));
    const answer = answerOf([element]);
    const moves = (read: () => readonly Trace[] | null) => {
      try {
        return read()?.map(({ frames }) => movesOf(frames));
      } catch (error) {
        return (error as Error).message;
      }
    };
    const whole = moves(() => callTraces(JSON.parse(answer.toString()).result, BLOCK));
    expect(moves(() => movingTraces(answer, BLOCK))).toEqual(whole);
  },
);

it('is not misled by what a contract says', () => {
  const says = [
    '{"txHash":"0x1","result":{"',
    '"calls":[{"value":"0x7"',
    '],"error":"x',
    '}]}',
    '\u2028é',
  ];
  const elements = elementsOf([call(0n, [pays(0n)]), call(0n, [pays(7n)])]).map((each) => ({
    ...each,
    result: { ...(each as { result: object }).result, revertReason: says.join(' '), output: says },
  }));
  const traces = movingTraces(answerOf(elements), BLOCK);
  expect(traces?.map(({ frames }) => frames.length)).toEqual([0, 2]);
});

it('refuses what the node did not trace, and a call of an unknown kind with a value', () => {
  const [element] = elementsOf([call(0n, [{ ...pays(7n), type: 'TELEPORT' }])]);
  const untraced = { txHash: hashOf('0'), error: 'execution timeout' };
  const unnamed = callTracerFrame(call(0n));
  for (const each of [[element], [untraced], [element, unnamed]]) {
    expect(() => movingTraces(answerOf(each), BLOCK)).toThrow('not those of the block');
  }
});

it('leaves every other answer to be read as a whole', () => {
  const [element] = elementsOf([call(0n, [pays(7n)])]) as [{ txHash: string; result: object }];
  const { txHash, result } = element;
  const text = answerOf([element]).toString();
  for (const other of [
    answerOf([{ result, txHash }]),
    answerOf([{ txHash: txHash.toUpperCase(), result }]),
    answerOf([{ txHash: '0x', result }]),
    answerOf([]),
    answerOf(null),
    answerOf({ traces: [element] }),
    bytesOf(JSON.stringify({ result: [element], error: { code: 1 } })),
    bytesOf(JSON.stringify([element])),
    bytesOf(JSON.stringify(JSON.parse(text), null, 1)),
    bytesOf(text.slice(0, -1)),
    bytesOf(text.replace('"CALL"', '"CALL')),
    bytesOf(''),
  ]) {
    expect([other.toString(), movingTraces(other, BLOCK)]).toEqual([other.toString(), null]);
  }
});
