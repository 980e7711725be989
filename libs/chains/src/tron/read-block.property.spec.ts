import fc from 'fast-check';
import {
  addressOf,
  aTronBlock,
  call,
  contract,
  type Json,
  textOf,
  wordOf,
} from '../../testing/tron-blocks';
import { readTronBlock, recording } from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';
import { AnswerFailure, parseAnswer } from './answer';
import { readPending } from './pending';
import { type MaySign, proveHeader } from './prove-header';
import { readTronHeader, type TronBlockQuestion } from './read-block';
import { tronAssetIds } from './transfers';
import { createWitnesses } from './witnesses';

/** A block with logs, one with an internal transaction, and the genesis block. */
const HEIGHTS = [63, 91, 0];
const recorded = recording('transfers');
const question: TronBlockQuestion = {
  chain: 'tron:1351433853',
  at: 0,
  maySign: (signer, witness) => signer === witness,
};

const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

type Path = readonly (string | number)[];

/** The places in a JSON value, from the whole to every leaf. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [path, ...[...keys].flatMap((key) => pathsOf((value as Json)[key], [...path, key]))];
}

/** The value with what is at the path replaced; an undefined member is left out. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Json) }) as Json;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const garbage = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, '', 0, -1, [], {}, [[]], [{}], [null]),
  fc.constantFrom<unknown>('00', '41', 'zz', '0x00', 'ff'.repeat(32), 'ff'.repeat(65), 'SUCCESS'),
  fc.constantFrom<unknown>(2n ** 63n, -(2n ** 63n), 1e300, 0.5, { Error: 'no' }, '9'.repeat(40)),
  fc.jsonValue(),
  fc.bigInt(),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), maxLength: 140 }),
);

/** The text with these changes, one after the other; a place that is gone is not changed. */
function changed(text: string, changes: readonly (readonly [Path, unknown])[]): string {
  let value: unknown = JSON.parse(text);
  for (const [path, by] of changes) if (isIn(value, path)) value = replaced(value, path, by);
  return textOf(value);
}

function isIn(value: unknown, [key, ...rest]: Path): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  return isIn((value as Json)[key], rest);
}

/** What was read, or null if the node is to be asked again. Throws only on what is neither. */
function outcomeOf(block: string, infos: string, asked: TronBlockQuestion): unknown {
  return unlessRefused(() => readTronBlock(block, infos, asked));
}

function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidBlock || error instanceof AnswerFailure) return null;
    throw error;
  }
}

describe.each(HEIGHTS)('the answers for block %i', (height) => {
  const { block, infos } = recorded[height] ?? { block: '', infos: '' };
  const asked = { ...question, at: height };
  const whole = readTronBlock(block, infos, asked);

  it('are never read as another block, whatever is changed in the block', () => {
    const paths = pathsOf(JSON.parse(block));
    fc.assert(
      fc.property(fc.constantFrom(...paths), garbage, (path, by) => {
        const outcome = outcomeOf(changed(block, [[path, by]]), infos, asked);
        if (outcome !== null) expect(outcome).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('are read or refused with a sentence, whatever is changed in the infos', () => {
    const paths = pathsOf(JSON.parse(infos));
    fc.assert(
      fc.property(fc.constantFrom(...paths), garbage, (path, by) => {
        const outcome = outcomeOf(block, changed(infos, [[path, by]]), asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: whole?.hash });
      }),
      { numRuns: 300 },
    );
  });

  it('are never read as another block, however much is changed in both', () => {
    const changes = (text: string) =>
      fc.array(fc.tuple(fc.constantFrom(...pathsOf(JSON.parse(text))), garbage), { maxLength: 4 });
    fc.assert(
      fc.property(changes(block), changes(infos), (inBlock, inInfos) => {
        const [b, i] = [changed(block, inBlock), changed(infos, inInfos)];
        const outcome = outcomeOf(b, i, asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: whole?.hash });
      }),
      { numRuns: 300 },
    );
  });

  it('show a header that is right or refused with a sentence, whatever is changed in it', () => {
    const header = JSON.stringify({ ...JSON.parse(block), transactions: undefined });
    const right = readTronHeader(JSON.parse(header), asked);
    const paths = pathsOf(JSON.parse(header));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), garbage)), (changes) => {
        const read = () => readTronHeader(parseAnswer(changed(header, changes)), asked);
        const outcome = unlessRefused(read);
        if (outcome !== null) expect(outcome).toEqual(right);
      }),
      { numRuns: 300 },
    );
  });

  it('are read or refused with a sentence, wherever they are cut', () => {
    fc.assert(
      fc.property(fc.nat(block.length), fc.nat(infos.length), (a, b) => {
        const cut = outcomeOf(block.slice(0, a), infos.slice(0, b), asked);
        if (cut !== null) expect(cut).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sealed block', () => {
  const asked = { ...question, at: 7 };

  it('is read or refused with a sentence, whatever its contracts contain', () => {
    const names = ['TransferContract', 'TransferAssetContract', 'TriggerSmartContract', 'Create'];
    const types = fc.constantFrom(0, 1, 2, 10, 30, 31, -1, 2 ** 40);
    fc.assert(
      fc.property(types, fc.constantFrom(...names), fc.uint8Array(), (type, name, bytes) => {
        const good = contract(type, name, bytes);
        for (const each of [good, bytes, good.slice(0, bytes.length)]) {
          const { block, infos } = aTronBlock({ contracts: [each] });
          outcomeOf(textOf(block), textOf(infos), asked);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a sentence, whatever is changed in a log or an internal transaction', () => {
    const [a, b] = [addressOf('a'), addressOf('b')];
    const topics = [TRANSFER, ...[a, b].map((each) => wordOf(each))];
    const values = [{ callValue: 5 }, { callValue: 6, tokenId: '1000001' }];
    const info = {
      log: [{ address: b.slice(2), topics, data: '00'.repeat(32) }],
      internal_transactions: [
        { caller_address: a, transferTo_address: b, callValueInfo: values, note: '63616c6c' },
      ],
    };
    const { block, infos } = aTronBlock({ contracts: [call(a, b, 1n)], info });
    const whole = outcomeOf(textOf(block), textOf(infos), asked);
    expect(whole).toMatchObject({ transfers: { length: 4 } });
    const paths = pathsOf(infos);
    const change = fc.tuple(fc.constantFrom(...paths), garbage);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const outcome = outcomeOf(textOf(block), changed(textOf(infos), changes), asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: block.blockID });
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a sentence, whatever its header contains', () => {
    const names = ['timestamp', 'number', 'parentHash', 'witness_id', 'accountStateRoot', 'novel'];
    const header = fc.dictionary(fc.constantFrom(...names), garbage);
    const { block, infos } = aTronBlock({ contracts: [call(addressOf('a'), addressOf('b'), 1n)] });
    fc.assert(
      fc.property(header, (fields) => {
        const raw_data = { ...block.block_header.raw_data, ...fields };
        const header = { ...block.block_header, raw_data };
        const outcome = outcomeOf(textOf({ ...block, block_header: header }), textOf(infos), asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: block.blockID });
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a sentence, whatever its info contains', () => {
    const keys = fc.constantFrom('log', 'internal_transactions', 'receipt', 'result', 'id');
    fc.assert(
      fc.property(fc.dictionary(keys, garbage), (info) => {
        const contracts = [call(addressOf('a'), addressOf('b'), 1n)];
        const { block, infos } = aTronBlock({ contracts, info });
        const outcome = outcomeOf(textOf(block), textOf(infos), asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: block.blockID });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the answers about witnesses and pending transactions', () => {
  it('are read or refused with a sentence, whatever they are', async () => {
    const { block } = recorded[63] ?? { block: '' };
    const witness: string = JSON.parse(block).block_header.raw_data.witness_address;
    const keys = { witness_permission: { keys: [{ address: witness }] } };
    const answers = {
      listwitnesses: { witnesses: [{ address: addressOf('other'), isJobs: true }] },
      getaccount: keys,
    };
    const paths = pathsOf(answers).filter((path) => path.length > 0);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), garbage, async (path, by) => {
        const answered = replaced(answers, path, by) as Json;
        const full = async (name: string) => answered[name];
        const node = { full, solid: full, fullUnparsed: async () => ({ result: {} }) };
        const { judge } = createWitnesses(
          { ...node, budget: () => ({ callsToday: 0, callsPerDay: null }), restsUntil: () => null },
          question.chain,
          0,
        );
        const read = (maySign: MaySign) =>
          proveHeader(JSON.parse(block), question.chain, maySign).number;
        const outcome = await judge(read).catch((error: unknown) =>
          unlessRefused(() => fail(error)),
        );
        expect([null, 63]).toContain(outcome);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(garbage, (answer) => {
        const ids = tronAssetIds(question.chain);
        const outcome = unlessRefused(() => readPending(answer, 'ab'.repeat(32), ids));
        expect(outcome).toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

function fail(error: unknown): never {
  throw error;
}
