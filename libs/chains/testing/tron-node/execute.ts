import { signedContracts } from '../../src/tron/contracts';
import { tronAddressKey } from '../../src/tron/tron-address';
import type { Json } from '../tron-blocks';
import { type Message, type Run, runCall, type World } from './machine';
import { calledOf, createdOf, netUsedOf, sentOf, trc10Of, trxOf } from './state';
import { bandwidthOf, isKnownType, type Transaction, typeOf, validityOf } from './transactions';

/** What a transaction did. */
export interface Execution {
  readonly transaction: Transaction;
  /** `contractRet`. */
  readonly outcome: string;
  /** Its info as java-tron prints it, with its keys in the order of the recordings, without its block. */
  info(block: { readonly number: number; readonly timestamp: number }): Json;
}

/** The chain refuses the transaction: it is in no block. */
export class NotValid extends Error {
  override readonly name = 'NotValid';
}

// Parameters of the recorded network, in sun and bytes (`getchainparameters` of java-tron names them).
const FREE_NET_LIMIT = 5_000n;
const NET_PRICE = 10n;
const ENERGY_PRICE = 100n;
const CREATE_ACCOUNT_FEE = 100_000n;

const TRIGGER = 31;

/**
 * Executes a transaction on the state of `world`: fees, balances and, for a call, the contract's program.
 * Throws `NotValid`, and then the state is as before.
 */
export function execute(world: World, transaction: Transaction): Execution {
  const start = world.state.mark();
  try {
    return executeOn(world, transaction);
  } catch (error) {
    world.state.undoTo(start);
    throw error;
  }
}

function executeOn(world: World, transaction: Transaction): Execution {
  const message = messageOf(transaction);
  const isCall = typeOf(transaction) === TRIGGER;
  validate(world, message, isCall);
  const net = payBandwidth(world, message, transaction);
  world.state.write(sentOf(message.from), BigInt(world.now));
  if (!isCall) {
    const run = runCall(world, message, transaction.id, BigInt(Number.MAX_SAFE_INTEGER));
    if (run.outcome !== 'SUCCESS') throw new NotValid('balance is not sufficient.');
    return {
      transaction,
      outcome: 'SUCCESS',
      info: (block) => infoOf(transaction, block, net, null),
    };
  }
  const { state, now } = world;
  state.write(calledOf(message.from), BigInt(now));
  const left = state.read(trxOf(message.from)) - message.value;
  const { feeLimit } = validityOf(transaction);
  const energyLimit = smaller(feeLimit, left) / ENERGY_PRICE;
  const run = runCall(world, message, transaction.id, energyLimit);
  state.add(trxOf(message.from), -run.energy * ENERGY_PRICE);
  const call = { run, contract: message.to };
  return {
    transaction,
    outcome: run.outcome,
    info: (block) => infoOf(transaction, block, net, call),
  };
}

function messageOf(transaction: Transaction): Message {
  const { id, raw } = transaction;
  if (!isKnownType(typeOf(transaction))) {
    throw new NotValid(
      'the stand-in executes TransferContract, TransferAssetContract and TriggerSmartContract.',
    );
  }
  const [contract, ...others] = signedContracts(raw, id);
  if (contract === undefined || others.length > 0 || contract.to === null) {
    throw new NotValid('contract size should be exactly 1.');
  }
  const { owner, to, value, token, input } = contract;
  const moved = token !== null && token.amount > 0n ? token : null;
  return { from: hexAddress(owner), to: hexAddress(to), value, token: moved, input };
}

function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/** 41 and 40 hexadecimal digits for an address in base58. */
export function hexAddress(address: string): string {
  return `41${tronAddressKey(address).slice(2)}`;
}

/** The rules of `TransferActuator`, `TransferAssetActuator` and of the TVM, in java-tron's words. */
function validate({ state, programs }: World, message: Message, isCall: boolean): void {
  const { from, to, value, token } = message;
  if (state.read(createdOf(from)) === 0n) throw new NotValid('no OwnerAccount.');
  if (!isCall && from === to) throw new NotValid('Cannot transfer TRX to yourself.');
  if (!isCall && value <= 0n && (token?.amount ?? 0n) <= 0n) {
    throw new NotValid('Amount must be greater than 0.');
  }
  if (!isCall && programs.has(to)) {
    throw new NotValid('Cannot transfer TRX to a smartContract.');
  }
  if (isCall && !programs.has(to)) throw new NotValid('No contract or not a valid smart contract.');
  if (state.read(trxOf(from)) < value) throw new NotValid('balance is not sufficient.');
  if (token !== null && state.read(trc10Of(token.id, from)) < token.amount) {
    throw new NotValid('assetBalance is not sufficient.');
  }
}

/** What was used of the bandwidth, or paid for it. */
type Bandwidth = Readonly<Partial<Record<'net_fee' | 'net_usage', bigint>>> & {
  readonly isCreation: boolean;
};

/**
 * `BandwidthProcessor.consume`: an account that is created costs a fee of its own; else the free bandwidth is
 * used while it suffices, and paid for after that. It does not recover here.
 */
function payBandwidth(
  { state, programs }: World,
  message: Message,
  transaction: Transaction,
): Bandwidth {
  const { from, to } = message;
  const pay = (net_fee: bigint, isCreation: boolean): Bandwidth => {
    if (state.read(trxOf(from)) < net_fee + message.value) {
      throw new NotValid('balance is not sufficient.');
    }
    state.add(trxOf(from), -net_fee);
    return { net_fee, isCreation };
  };
  if (!programs.has(to) && state.read(createdOf(to)) === 0n) return pay(CREATE_ACCOUNT_FEE, true);
  const net_usage = bandwidthOf(transaction);
  const used = state.read(netUsedOf(from));
  if (used + net_usage > FREE_NET_LIMIT) return pay(net_usage * NET_PRICE, false);
  state.write(netUsedOf(from), used + net_usage);
  return { net_usage, isCreation: false };
}

/** How a contract ran. Without a call nothing ran. */
interface CallResult {
  readonly contract: string;
  readonly run: Run;
}

function infoOf(
  { id }: Transaction,
  { number, timestamp }: { readonly number: number; readonly timestamp: number },
  { isCreation, net_fee = 0n, net_usage = 0n }: Bandwidth,
  call: CallResult | null,
): Json {
  const energy = call === null ? 0n : call.run.energy;
  const energy_fee = energy * ENERGY_PRICE;
  const fee = net_fee + energy_fee;
  const { result, log, contractResult, resMessage, internal_transactions } = printRun(call);
  return {
    ...result,
    // A witness does not pack the fee for a new account, which is burnt.
    ...(fee > 0n && !isCreation && { packingFee: fee }),
    ...log,
    ...(fee > 0n && { fee }),
    ...{ blockNumber: number, contractResult, blockTimeStamp: timestamp },
    ...resMessage,
    receipt: {
      ...(call !== null && { result: call.run.outcome }),
      ...(net_fee > 0n && { net_fee }),
      ...(energy_fee > 0n && { energy_fee, energy_usage_total: energy }),
      ...(net_usage > 0n && { net_usage }),
    },
    id,
    ...(call !== null && { contract_address: call.contract }),
    ...internal_transactions,
  };
}

/** What only the TVM writes, each field for its place. */
function printRun(call: CallResult | null): Json {
  if (call === null) return { contractResult: [''] };
  const { outcome, output, message, logs, internals } = call.run;
  return {
    result: outcome !== 'SUCCESS' && { result: 'FAILED' },
    log: logs.length > 0 && { log: logs },
    contractResult: [output],
    resMessage: message !== '' && { resMessage: Buffer.from(message).toString('hex') },
    internal_transactions: internals.length > 0 && { internal_transactions: internals },
  };
}
