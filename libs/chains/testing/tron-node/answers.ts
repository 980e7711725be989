import { bytesIn, bytesListIn, decodeMessage } from '../../src/tron/protobuf';
import type { Json } from '../tron-blocks';
import { accountOf, witnessesAt } from './accounts';
import { Refused } from './admission';
import type { Block } from './blocks';
import type { Chain } from './chain';
import { TRC10_IDS } from './genesis';
import { runCall } from './machine';
import { infoByFieldNumber, type Writer } from './print';
import { createState } from './state';
import { hex, idOf, printTransaction, type Transaction } from './transactions';

/** What one port shows of the chain. */
export interface View {
  readonly chain: Chain;
  readonly head: Block;
  read(key: string): bigint;
  /** The full port shows what is only pending in some of its answers; the solidity port never. */
  readonly isFull: boolean;
}

export interface Endpoint {
  readonly writer: Writer;
  /** Throws `Refusal` if the question has another form than java-tron reads. */
  answer(view: View, question: Json): object;
}

/** java-tron answers with HTTP status 200 and this as its `Error`: a Java class and its message. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(javaClass: string, message: string) {
    super(`class ${javaClass} : ${message}`);
  }
}

const NOTHING = {};
/** `GetBlockByLimitNextServlet.BLOCK_LIMIT_NUM`. */
const BLOCK_LIMIT = 100;

const fastjson = (answer: Endpoint['answer']): Endpoint => ({ writer: 'fastjson', answer });
const jsonFormat = (answer: Endpoint['answer']): Endpoint => ({ writer: 'json-format', answer });

/** By name. Both ports have these, under `/wallet/` and `/walletsolidity/`. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  getnowblock: fastjson(({ head }) => head.json),
  getblock: fastjson((view, { id_or_num, detail }) => {
    const block = id_or_num === undefined ? view.head : blockNamed(view, text(id_or_num));
    if (block === undefined) return NOTHING;
    return detail === true ? block.json : headerOf(block);
  }),
  getblockbynum: fastjson((view, { num }) => blockAt(view, integer(num))?.json ?? NOTHING),
  getblockbyid: fastjson((view, { value }) => knownBlock(view, text(value))?.json ?? NOTHING),
  getblockbylimitnext: fastjson((view, { startNum, endNum }) => {
    const [start, end] = [integer(startNum), integer(endNum)];
    if (end <= 0 || end <= start || end - start > BLOCK_LIMIT) return NOTHING;
    const blocks = Array.from({ length: end - start }, (_, n) => blockAt(view, start + n));
    return { block: blocks.flatMap((block) => (block === undefined ? [] : [block.json])) };
  }),
  gettransactioninfobyblocknum: fastjson((view, { num }) => {
    const number = integer(num);
    if (number <= 0) return NOTHING;
    const block = blockAt(view, number);
    return block === undefined ? [] : infosOf(block);
  }),
  gettransactioninfobyid: jsonFormat((view, { value }) => {
    const found = transactionIn(view, text(value));
    return found === null ? NOTHING : infoByFieldNumber(found.execution.info(found.block));
  }),
  gettransactionbyid: fastjson((view, { value }) => {
    const id = text(value);
    const pending = view.isFull ? pendingOf(view).find((each) => each.transaction.id === id) : null;
    const execution = transactionIn(view, id)?.execution ?? pending;
    return execution ? printTransaction(execution.transaction, execution.outcome) : NOTHING;
  }),
  getaccount: jsonFormat((view, { address }) =>
    accountOf(view.chain, view.read, text(address).toLowerCase()),
  ),
  listwitnesses: jsonFormat(({ chain, head }) => witnessesAt(chain, head)),
  getnodeinfo: fastjson(({ chain, head }) => nodeInfo(head, chain.solid())),
  triggerconstantcontract: fastjson((view, question) => constantCall(view, question)),
  getassetissuebyid: jsonFormat((_, { value }) => {
    const id = text(value);
    const named = { id, name: hex(Buffer.from(`token ${id}`)), abbr: hex(Buffer.from('TKN')) };
    return TRC10_IDS.includes(id) ? { ...named, precision: 6 } : NOTHING;
  }),
};

/** The full port has these too. */
export const FULL_ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  ...ENDPOINTS,
  getcontract: jsonFormat(({ chain }, { value }) => {
    const address = text(value).toLowerCase();
    return chain.programs.has(address) ? { contract_address: address, abi: {} } : NOTHING;
  }),
  gettransactionlistfrompending: fastjson((view) => {
    const ids = pendingOf(view).map(({ transaction }) => transaction.id);
    return ids.length === 0 ? NOTHING : { txId: ids };
  }),
  gettransactionfrompending: fastjson((view, { value }) => {
    const id = text(value);
    const found = pendingOf(view).find(({ transaction }) => transaction.id === id);
    return found ? printTransaction(found.transaction, found.outcome) : NOTHING;
  }),
  broadcasttransaction: fastjson(({ chain }, { raw_data_hex, signature = [] }) => {
    const raw = Buffer.from(text(raw_data_hex), 'hex');
    return receive(chain, { id: idOf(raw), raw, signatures: signature });
  }),
  broadcasthex: fastjson(({ chain }, { transaction }) => {
    const fields = decodeMessage(Buffer.from(text(transaction), 'hex'), 'transaction');
    const raw = bytesIn(fields, 1);
    return receive(chain, { id: idOf(raw), raw, signatures: bytesListIn(fields, 2).map(hex) });
  }),
};

function receive(chain: Chain, transaction: Transaction): Json {
  try {
    chain.receive(transaction);
    return { result: true, txid: transaction.id };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message } = error;
    return { code, txid: transaction.id, message: Buffer.from(message).toString('hex') };
  }
}

function pendingOf({ chain }: View) {
  return chain.pending();
}

/** By height or by id, as `Wallet.getBlock` of java-tron decides. */
function blockNamed(view: View, name: string): Block | undefined {
  const argument = (message: string) => new Refusal('java.lang.IllegalArgumentException', message);
  if (/^-?\d{1,19}$/.test(name)) {
    const number = Number(name);
    if (number < 0) throw argument('num must be non-positive number.');
    return blockAt(view, number);
  }
  const isId = /^[0-9a-fA-F]{64}$/.test(name);
  if (!isId || Number.parseInt(name.slice(0, 16), 16) > view.head.number) {
    throw argument('id must be legal block hash.');
  }
  return knownBlock(view, name.toLowerCase());
}

/** On the branch of the port's head. */
function blockAt({ chain, head }: View, number: number): Block | undefined {
  return number > head.number ? undefined : chain.at(number);
}

/** On any branch: a node also answers with a block that it has left. */
function knownBlock({ chain, head }: View, id: string): Block | undefined {
  const block = chain.byId(id);
  return block === undefined || block.number > head.number ? undefined : block;
}

const headers = new WeakMap<Block, Json>();

/** Without its transactions. */
function headerOf(block: Block): Json {
  const { transactions: _, ...header } = block.json;
  if (!headers.has(block)) headers.set(block, header);
  return headers.get(block) as Json;
}

const infos = new WeakMap<Block, readonly Json[]>();

function infosOf(block: Block): readonly Json[] {
  if (!infos.has(block))
    infos.set(
      block,
      block.executions.map((each) => each.info(block)),
    );
  return infos.get(block) as readonly Json[];
}

function transactionIn({ chain, head }: View, id: string) {
  const found = chain.find(id);
  return found === undefined || found.block.number > head.number ? null : found;
}

/** A part of what `NodeInfoService` of java-tron says; it says nothing of internal transactions. */
function nodeInfo(head: Block, solid: Block): Json {
  const nameOf = ({ number, id }: Block) => `Num:${number},ID:${id}`;
  return {
    ...{ activeConnectCount: 0, beginSyncNum: 0, block: nameOf(head), cheatWitnessInfoMap: {} },
    configNodeInfo: {
      codeVersion: '4.8.0',
      dbVersion: 2,
      p2pVersion: '11111',
      supportConstant: true,
    },
    ...{ currentConnectCount: 0, machineInfo: {}, passiveConnectCount: 0, peerList: [] },
    ...{ solidityBlock: nameOf(solid), totalFlow: 0 },
  };
}

/** Energy for a call that nobody pays (`vm.maxEnergyLimitForConstant`). */
const CONSTANT_ENERGY = 100_000_000n;

/** Calls a contract without any effect. */
function constantCall({ chain, head, read }: View, question: Json): Json {
  const { owner_address, contract_address, data = '' } = question;
  const message = { from: text(owner_address), to: text(contract_address), input: text(data) };
  if (!chain.programs.has(message.to)) {
    const reason = Buffer.from('Smart contract is not exist.').toString('hex');
    return { result: { code: 'CONTRACT_VALIDATE_ERROR', message: reason } };
  }
  const world = { state: createState(read), programs: chain.programs, now: head.timestamp };
  const call = { ...message, value: 0n, token: null };
  const run = runCall(world, call, '', CONSTANT_ENERGY);
  const result = { result: true, ...(run.message && { message: hex(Buffer.from(run.message)) }) };
  return { result, energy_used: run.energy, constant_result: [run.output] };
}

/** A string where java-tron's JSON reader wants one. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Refusal('org.tron.core.services.http.JsonFormat$ParseException', 'Expected string.');
}

/** A number where java-tron's JSON reader wants one; zero if it is missing. */
function integer(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new Refusal('org.tron.core.services.http.JsonFormat$ParseException', 'Expected integer.');
}
