import {
  addressOf,
  aTronBlock,
  base58,
  call,
  type Json,
  type TronTransactionPlan,
  textOf,
  WITNESS,
  witnessOf,
  wordOf,
} from './tron-blocks';
import { readTronBlock } from './tron-recordings';

export const CHAIN = 'tron:728126428';
export const COIN = `${CHAIN}/slip44:195`;
export const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
export const [token, alice, bob, carol] = ['token', 'alice', 'bob', 'carol'].map(addressOf) as [
  string,
  string,
  string,
  string,
];
export const [Alice, Bob, Carol] = [alice, bob, carol].map(base58) as [string, string, string];
export const trc20 = `${CHAIN}/trc20:${base58(token)}`;

export function blockOf(...plans: TronTransactionPlan[]) {
  return blockWith([], ...plans);
}

/** The block of these transactions, where tokens with these contracts are listed. */
function blockWith(listed: readonly string[], ...plans: TronTransactionPlan[]) {
  const { block, infos } = aTronBlock(...plans);
  const maySign = (signer: string) => signer === base58(witnessOf(WITNESS));
  const question = { chain: CHAIN, at: 7, maySign };
  const read = readTronBlock(textOf(block), textOf(infos), question, listed);
  if (read === null) throw new Error('The block is not complete.');
  return read;
}

/** The transfers of a block of these transactions. */
export function transfersOf(...plans: TronTransactionPlan[]) {
  return blockOf(...plans).transfers;
}

export function wordOfAmount(amount: bigint): string {
  return amount.toString(16).padStart(64, '0');
}

/** The transfers of a call with these logs or internal transactions. */
export function afterCall(info: Json, listed: readonly string[] = []) {
  return blockWith(listed, { contracts: [call(alice, token)], info }).transfers;
}

export function log(fields: Json = {}): Json {
  const topics = [TRANSFER, wordOf(alice), wordOf(bob)];
  return { address: token.slice(2), topics, data: wordOfAmount(5n), ...fields };
}

export function internal(fields: Json = {}): Json {
  const { note = 'call', ...others } = fields;
  return {
    hash: '33'.repeat(32),
    caller_address: alice,
    transferTo_address: bob,
    callValueInfo: [{ callValue: 5 }],
    note: Buffer.from(note).toString('hex'),
    ...others,
  };
}
