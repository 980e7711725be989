import type { ChainBlock } from '../../src/chain-client';
import { type Fields, parseAnswer } from '../../src/tron/answer';
import type { MaySign } from '../../src/tron/prove-header';
import { base58, type Json, textOf } from '../tron-blocks';
import { readTronBlock } from '../tron-recordings';
import { ENDPOINTS, FULL_ENDPOINTS } from './answers';
import type { Port, Spoil } from './faults';
import { print } from './print';
import type { createTronNode } from './tron-node';

export type StandIn = ReturnType<typeof createTronNode>;

/** The text that a port answers with. */
export function ask(
  node: StandIn,
  name: string,
  question: object = {},
  port: Port = 'full',
): string {
  const endpoint = (port === 'full' ? FULL_ENDPOINTS : ENDPOINTS)[name];
  if (endpoint === undefined) throw new RangeError(`The ${port} port has no ${name}.`);
  return print(endpoint.answer(node.view(port), question), endpoint.writer);
}

/** What the text says, with integers above 2^53 as strings of their digits. */
export function said(node: StandIn, name: string, question: object = {}, port?: Port): Json {
  return parseAnswer(ask(node, name, question, port)) as Fields;
}

/** Who may sign, by what the node says of its witnesses and of their accounts. */
export function signersOf(node: StandIn): MaySign {
  const { witnesses } = said(node, 'listwitnesses');
  const signers = new Map<string, string>();
  for (const { address } of witnesses) {
    const { witness_permission } = said(node, 'getaccount', { address });
    signers.set(base58(address), base58(witness_permission.keys[0].address));
  }
  return (signer, witness) => signers.get(witness) === signer;
}

interface ReadOptions {
  /** Changes of the answers on their way. */
  readonly block?: Spoil;
  readonly infos?: Spoil;
  readonly maySign?: MaySign;
}

/** Reads a block as a watcher does, from answers that may be spoilt. Null if it is not complete. */
export function readBlock(
  node: StandIn,
  at: number | string,
  options: ReadOptions = {},
): ChainBlock | null {
  const block = ask(node, 'getblock', { id_or_num: String(at), detail: true });
  const { number } = JSON.parse(block).block_header?.raw_data ?? {};
  const infos = ask(node, 'gettransactioninfobyblocknum', { num: number ?? 0 });
  const { maySign = signersOf(node) } = options;
  const question = { chain: node.chain.id, at, maySign };
  return readTronBlock(
    spoilt(node, block, options.block),
    spoilt(node, infos, options.infos),
    question,
  );
}

function spoilt(node: StandIn, text: string, spoil: Spoil | undefined): string {
  if (spoil === undefined) return text;
  const reply = { status: 200, contentType: '', writer: 'fastjson' } as const;
  const { body } = spoil({ ...reply, body: JSON.parse(text) }, node.view('full'));
  return typeof body === 'string' ? body : textOf(body);
}

/** All blocks of the branch, proven. */
export function readChain(node: StandIn): readonly ChainBlock[] {
  const maySign = signersOf(node);
  return Array.from({ length: node.chain.head().number + 1 }, (_, number) => {
    const block = readBlock(node, number, { maySign });
    if (block === null) throw new Error(`Block ${number} is not complete.`);
    return block;
  });
}
