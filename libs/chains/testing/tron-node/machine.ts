import { sha256 } from '../../src/tron/sha256';
import { addressOf, type Json } from '../tron-blocks';
import { createdOf, type State, storageOf, trc10Of, trxOf } from './state';

/** What a contract is called with. Addresses are 41 and 40 hexadecimal digits. */
export interface Message {
  readonly from: string;
  readonly to: string;
  /** In sun. */
  readonly value: bigint;
  readonly token: { readonly id: string; readonly amount: bigint } | null;
  /** In hexadecimal digits. */
  readonly input: string;
}

/** What a program can do. It acts as the contract `self`. */
export interface Machine extends Message {
  readonly self: string;
  load(name: string): bigint;
  store(name: string, value: bigint): void;
  /** Logs words or any other digits. Data and topics may be empty. */
  log(topics: readonly string[], data?: string): void;
  /** Calls or pays; false, and without effect, if the other reverts or the balance does not suffice. */
  call(to: string, message?: Partial<Omit<Message, 'from' | 'to'>>): boolean;
  /** Creates a contract and pays it. Returns its address. */
  create(program: Program, value: bigint): string;
  selfDestruct(heir: string): void;
  burn(energy: bigint): void;
}

/** A contract's code. Returns its output in hexadecimal digits; throws `Stopped` to undo everything. */
export type Program = (machine: Machine) => string;

/** The names of `contractResult` with which the TVM ends a call without effect. */
type Failure = 'REVERT' | 'OUT_OF_ENERGY' | 'TRANSFER_FAILED';

/** Ends a call without effect. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor(
    readonly outcome: Failure,
    message: string,
    /** In hexadecimal digits. */
    readonly output = '',
  ) {
    super(message);
  }
}

/** As Solidity's `require` does: `Error(string)` as the output. */
export function revert(reason: string): never {
  const text = Buffer.from(reason).toString('hex');
  const words = `${word(32n)}${word(BigInt(reason.length))}${text.padEnd(Math.ceil(text.length / 64) * 64, '0')}`;
  throw new Stopped('REVERT', 'REVERT opcode executed', `08c379a0${words}`);
}

export function word(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

export interface Run {
  readonly outcome: 'SUCCESS' | Failure;
  readonly output: string;
  /** In java-tron's words; empty for a success. */
  readonly message: string;
  readonly energy: bigint;
  readonly logs: readonly Json[];
  readonly internals: readonly Json[];
}

// Rough prices in energy: the stand-in only needs calls to cost something.
const ENERGY = { call: 700n, log: 1_500n, load: 200n, store: 5_000n };

/** What an account needs to be, by the rules of java-tron. */
export interface World {
  readonly state: State;
  /** Contracts by address. Contracts that others create are added. */
  readonly programs: Map<string, Program>;
  /** Unix milliseconds of the block. */
  readonly now: number;
}

/**
 * Runs a call as the TVM does, in what a watcher can see of it: values, logs, internal transactions. A call
 * that is stopped leaves its internal transactions behind, marked as rejected, but no logs and no values.
 */
export function runCall(world: World, message: Message, txId: string, energyLimit: bigint): Run {
  const logs: Json[] = [];
  const internals: Json[] = [];
  let energy = 0n;
  const burn = (amount: bigint): void => {
    energy += amount;
    if (energy <= energyLimit) return;
    energy = energyLimit;
    throw new Stopped('OUT_OF_ENERGY', `Not enough energy for 'JUMP' operation executing`);
  };

  function enter(inner: Message): string {
    burn(ENERGY.call);
    moveAll(world, inner);
    const program = world.programs.get(inner.to);
    return program === undefined ? '' : program(machineOf(inner));
  }

  function noteInternal(note: string, inner: Message): void {
    const order = Buffer.from(`${txId}/${internals.length}`);
    internals.push({
      caller_address: inner.from,
      note: Buffer.from(note).toString('hex'),
      transferTo_address: inner.to,
      callValueInfo: valuesOf(inner),
      // java-tron hashes more; a watcher only needs it to be there.
      hash: sha256(order).toString('hex'),
    });
  }

  function attempt(inner: Message): boolean {
    if (inner.from === inner.to && inner.value > 0n) {
      const reason = 'transfer trx failed: Cannot transfer TRX to yourself.';
      throw new Stopped('TRANSFER_FAILED', reason);
    }
    const before = { state: world.state.mark(), logs: logs.length, internals: internals.length };
    noteInternal('call', inner);
    try {
      enter(inner);
      return true;
    } catch (error) {
      // A caller catches a revert, but nothing else: the other failures end the whole transaction.
      if (!(error instanceof Stopped) || error.outcome !== 'REVERT') throw error;
      world.state.undoTo(before.state);
      logs.length = before.logs;
      reject(internals, before.internals);
      return false;
    }
  }

  function machineOf(inner: Message): Machine {
    const self = inner.to;
    const slot = (name: string) => storageOf(self, name);
    return {
      ...{ ...inner, self, burn },
      load: (name) => {
        burn(ENERGY.load);
        return world.state.read(slot(name));
      },
      store: (name, value) => {
        burn(ENERGY.store);
        world.state.write(slot(name), value);
      },
      log: (topics, data = '') => {
        burn(ENERGY.log);
        logs.push({
          address: self.slice(2),
          ...(data && { data }),
          ...(topics.length && { topics }),
        });
      },
      call: (to, { value = 0n, token = null, input = '' } = {}) =>
        attempt({ from: self, to, value, token, input }),
      create: (program, value) => {
        const to = addressOf(`${txId}/${internals.length}`);
        const created = { from: self, to, value, token: null, input: '' };
        noteInternal('create', created);
        moveAll(world, created);
        world.programs.set(to, program);
        return to;
      },
      selfDestruct: (heir) => {
        const value = world.state.read(trxOf(self));
        const left = { from: self, to: heir, value, token: null, input: '' };
        noteInternal('suicide', left);
        moveAll(world, left);
      },
    };
  }

  const start = world.state.mark();
  try {
    const output = enter(message);
    return { outcome: 'SUCCESS', output, message: '', energy, logs, internals };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    world.state.undoTo(start);
    reject(internals, 0);
    const { outcome, output, message: text } = error;
    return { outcome, output, message: text, energy, logs: [], internals };
  }
}

/** Moves the values of a call, and creates the account that gets them if there is none. */
function moveAll({ state, now }: World, { from, to, value, token }: Message): void {
  const moves = [
    { keyOf: trxOf, amount: value },
    ...(token === null
      ? []
      : [{ keyOf: (address: string) => trc10Of(token.id, address), amount: token.amount }]),
  ];
  for (const { keyOf, amount } of moves) {
    if (amount === 0n) continue;
    if (state.read(keyOf(from)) < amount) throw new Stopped('REVERT', 'REVERT opcode executed');
    state.add(keyOf(from), -amount);
    state.add(keyOf(to), amount);
  }
  if (moves.some(({ amount }) => amount > 0n) && state.read(createdOf(to)) === 0n) {
    state.write(createdOf(to), BigInt(now));
  }
}

/** The first entry is TRX, also if it is zero. */
function valuesOf({ value, token }: Message): Json[] {
  const trx = value === 0n ? {} : { callValue: value };
  return token === null ? [trx] : [trx, { tokenId: token.id, callValue: token.amount }];
}

/** Marks the internal transactions from `first` on. `rejected` comes after the note, as java-tron prints it. */
function reject(internals: Json[], first: number): void {
  for (let at = first; at < internals.length; at++) {
    const { caller_address, note, ...rest } = internals[at] as Json;
    internals[at] = { caller_address, note, rejected: true, ...rest };
  }
}
