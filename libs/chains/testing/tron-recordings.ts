import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAnswer } from '../src/tron/answer';
import {
  completeTronBlock,
  proveTronBlock,
  type TronBlock,
  type TronBlockQuestion,
} from '../src/tron/read-block';
import { type Answers, base58, type Json, textOf } from './tron-blocks';

export interface Recorded {
  readonly height: number;
  readonly block: string;
  readonly infos: string;
}

const FOLDER = join(__dirname, 'recordings', 'tron');

export function recordedText(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

/** The blocks of a recording, by height. */
export function recording(name: string): readonly Recorded[] {
  const lines = recordedText(`${name}.ndjson`).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded);
}

/** The chain of the recordings: its number is in the id of its genesis block. */
export const CHAIN = 'tron:1351433853';
/** Heights of `transfers`: two TRC-20 transfers in one transaction, a payment that a contract splits, a plain one, none. */
export const [LOGS, SPLIT, PLAIN, EMPTY] = [63, 65, 57, 100];

export const recorded = recording('transfers');
const witnesses = new Set(recorded.slice(1).map(({ block }) => signerIn(JSON.parse(block))));

/** The witness of a block by its own word. In the recordings all sign with their own keys. */
export function signerIn(block: Json): string {
  return base58(block.block_header.raw_data.witness_address);
}

export function answersOf(height: number): Answers {
  const { block, infos } = recorded[height] ?? { block: '', infos: '' };
  return { block: JSON.parse(block), infos: JSON.parse(infos) };
}

/**
 * The block in the texts of both answers; null while the node does not have it whole. Throws `InvalidBlock` and
 * `AnswerFailure`.
 */
export function readTronBlock(
  block: string,
  infos: string,
  question: TronBlockQuestion,
  listed?: readonly string[],
): TronBlock | null {
  const proven = proveTronBlock(parseAnswer(block), question);
  if (proven === null) return null;
  const answer = proven.header.number === 0 ? [] : parseAnswer(infos);
  return completeTronBlock(proven, answer, question.chain, 'agreeing', listed);
}

/** Reads answers of the recorded chain, whose witnesses alone may sign. */
export function readRecorded(
  { block, infos }: Answers,
  at: number | string = block.block_header.raw_data.number,
) {
  const maySign = (signer: string, witness: string) => signer === witness && witnesses.has(signer);
  return readTronBlock(textOf(block), textOf(infos), { chain: CHAIN, at, maySign });
}

/** The answers with the transaction at `index` changed. */
export function withTransaction(
  answers: Answers,
  change: (transaction: Json) => Json,
  index = 0,
): Answers {
  const transactions = answers.block.transactions.map((it: Json, i: number) =>
    i === index ? { ...it, ...change(it) } : it,
  );
  return { ...answers, block: { ...answers.block, transactions } };
}

export function withHeader(answers: Answers, change: Json): Answers {
  const { block_header: header } = answers.block;
  const block_header = { ...header, raw_data: { ...header.raw_data, ...change } };
  return { ...answers, block: { ...answers.block, block_header } };
}

export function withInfo(answers: Answers, change: Json): Answers {
  return { ...answers, infos: answers.infos.map((info) => ({ ...info, ...change })) };
}

/** The hexadecimal digits with one byte changed. */
export function flipped(digits: string, at: number): string {
  const byte = (Number.parseInt(digits.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, '0');
  return digits.slice(0, at) + byte + digits.slice(at + 2);
}
