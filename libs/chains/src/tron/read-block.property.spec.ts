import fc from 'fast-check';
import {
  addressOf,
  aTronBlock,
  call,
  contract,
  type Json,
  textOf,
} from '../../testing/tron-blocks';
import { readTronBlock, recording } from '../../testing/tron-recordings';
import { InvalidBlock } from '../invalid-block';
import { AnswerFailure } from './answer';
import type { TronBlockQuestion } from './read-block';

/** A block with logs, one with an internal transaction, and the genesis block. */
const HEIGHTS = [63, 91, 0];
const recorded = recording('transfers');
const question: TronBlockQuestion = {
  chain: 'tron:1351433853',
  at: 0,
  maySign: (signer, witness) => signer === witness,
};

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

/** What was read, or null if the node is to be asked again. Throws only on what is neither. */
function outcomeOf(block: string, infos: string, asked: TronBlockQuestion): unknown {
  try {
    return readTronBlock(block, infos, asked);
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
        const changed = textOf(replaced(JSON.parse(block), path, by));
        const outcome = outcomeOf(changed, infos, asked);
        if (outcome !== null) expect(outcome).toEqual(whole);
      }),
      { numRuns: 600 },
    );
  });

  it('are read or refused with a sentence, whatever is changed in the infos', () => {
    const paths = pathsOf(JSON.parse(infos));
    fc.assert(
      fc.property(fc.constantFrom(...paths), garbage, (path, by) => {
        const changed = textOf(replaced(JSON.parse(infos), path, by));
        const outcome = outcomeOf(block, changed, asked);
        if (outcome !== null) expect(outcome).toMatchObject({ hash: whole?.hash });
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
