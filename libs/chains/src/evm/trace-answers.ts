import { InvalidBlock } from '../invalid-block';
import { quoted } from '../quoted';
import {
  fieldsOf,
  list,
  lowerCase,
  type RawBlock,
  type RawFields,
  toAddress,
  toAmount,
  toHash,
} from './raw';
import type { Frame } from './trace-frames';

/** The methods by which nodes show traces: geth and what follows it, and Parity and what follows that. */
export type TraceMethod = 'debug_traceBlockByHash' | 'trace_block';

/** More frames than the gas of a block pays for; an answer of the most bytes has fewer. */
const FRAMES_MAX = 1_000_000;
/** The EVM calls no deeper. A self-destruct is shown as a call of its frame. */
const DEPTH_MAX = 1_025;
const SAID_CHARACTERS_MAX = 120;

/** Whether a frame of each kind moves the coin. */
const KINDS: ReadonlyMap<string, boolean> = new Map([
  ...['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT', 'SUICIDE'].map((kind) => [kind, true] as const),
  // Their value is that of their caller, or stays with it.
  ...['DELEGATECALL', 'CALLCODE', 'STATICCALL'].map((kind) => [kind, false] as const),
  // Of the EVM Object Format (EIP-7069, EIP-7620).
  ...['EXTCALL', 'EOFCREATE'].map((kind) => [kind, true] as const),
  ...['EXTDELEGATECALL', 'EXTSTATICCALL'].map((kind) => [kind, false] as const),
]);

/** The trace of one transaction. */
export interface Trace {
  /** Null where the node does not show it. */
  readonly hash: string | null;
  /** In the order of execution, each before those below it. */
  readonly frames: readonly Frame[];
}

/** An answer of `debug_traceBlockByHash` with the `callTracer`: for each transaction, its frame with those below it. */
export function callTraces(result: unknown, block: RawBlock): readonly Trace[] {
  let count = 0;
  return list(result, 'traces').map((each) => {
    const { txHash, result: root, error } = fieldsOf(each, 'trace');
    const hash = (txHash ?? null) === null ? null : toHash(txHash, 'transaction of a trace');
    if (typeof root !== 'object' || root === null) {
      const said = typeof error === 'string' ? ` (${quoted(error, SAID_CHARACTERS_MAX)})` : '';
      refuse(block, `the node did not trace ${hash ?? 'a transaction'}${said}`);
    }
    const frames: Frame[] = [];
    // Not recursive: a node may nest its answer as deeply as it likes.
    const left: { frame: unknown; depth: number; isFailed: boolean }[] = [
      { frame: root, depth: 0, isFailed: false },
    ];
    for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
      const { frame, depth, isFailed: isBelowFailed } = entry;
      count += 1;
      refuseSize(block, count, depth);
      const fields = fieldsOf(frame, 'frame of a trace');
      const isFailed = isBelowFailed || hasError(fields);
      frames.push(frameOf(fields, movesCoin(block, fields.type), isFailed, depth));
      // Most call nothing.
      if ((fields.calls ?? null) === null) continue;
      const calls = list(fields.calls, 'calls of a trace');
      for (let at = calls.length - 1; at >= 0; at--) {
        left.push({ frame: calls[at], depth: depth + 1, isFailed });
      }
      refuseSize(block, count + left.length, depth);
    }
    return { hash, frames };
  });
}

/** An answer of `trace_block`: all frames of all transactions in one list, each with its path. */
export function flatTraces(result: unknown, block: RawBlock): readonly Trace[] {
  const traces: { hash: string; frames: Frame[] }[] = [];
  /** The path of the last frame, and whether each frame on it failed or is below one that did. */
  let path: readonly number[] = [];
  let failed: boolean[] = [];
  const frames = list(result, 'traces');
  refuseSize(block, frames.length, 0);
  for (const each of frames) {
    const fields = fieldsOf(each, 'trace');
    if (toHash(fields.blockHash, 'block of a trace') !== block.hash) {
      refuse(block, 'a trace is of another block');
    }
    // What the chain pays to those who make blocks is of no transaction.
    if (fields.type === 'reward') continue;
    const hash = toHash(fields.transactionHash, 'transaction of a trace');
    const address = pathIn(block, fields.traceAddress);
    const depth = address.length;
    const last = traces.at(-1);
    if (depth === 0) traces.push({ hash, frames: [] });
    else if (last?.hash !== hash || !follows(address, path)) {
      refuse(block, `its frames of ${hash} are not in order`);
    }
    path = address;
    failed = failed.slice(0, depth);
    const isFailed = (failed.at(-1) ?? false) || hasError(fields);
    failed.push(isFailed);
    const action = fieldsOf(fields.action, 'action of a trace');
    const parties = partiesOf(fields, action);
    const kind = fields.type === 'call' ? (action.callType ?? 'call') : fields.type;
    traces.at(-1)?.frames.push(frameOf(parties, movesCoin(block, kind), isFailed, depth));
  }
  return traces;
}

function partiesOf({ type, result }: RawFields, action: RawFields): RawFields {
  if (type === 'suicide' || type === 'selfdestruct') {
    const { address: from, refundAddress: to, balance: value } = action;
    return { from, to, value };
  }
  const { from, value } = action;
  const to = type === 'create' ? (Object(result) as RawFields).address : action.to;
  return { from, to, value };
}

/** Throws `InvalidBlock` if a frame that moves the coin does not say whose it is. */
function frameOf(
  { from, to, value }: RawFields,
  moves: boolean,
  isFailed: boolean,
  depth: number,
): Frame {
  const amount = moves && !isFailed ? toAmount(value) : 0n;
  // The first frame shows the parties of its transaction. Of others only those of a movement count.
  if (depth === 0) {
    const parties = { from: String(lowerCase(from)), to: String(lowerCase(to)) };
    return { ...parties, value: amount, isFailed, depth };
  }
  if (amount === 0n) return { from: '', to: '', value: 0n, isFailed, depth };
  return { from: toAddress(from), to: toAddress(to), value: amount, isFailed, depth };
}

function hasError({ error }: RawFields): boolean {
  return error !== undefined && error !== null && error !== '';
}

function movesCoin(block: RawBlock, type: unknown): boolean {
  if (typeof type === 'string') {
    const moves = KINDS.get(type) ?? KINDS.get(type.toUpperCase());
    if (moves !== undefined) return moves;
  }
  const said = typeof type === 'string' ? quoted(type, SAID_CHARACTERS_MAX) : 'none';
  return refuse(block, `it has a frame of an unknown kind (${said})`);
}

function pathIn(block: RawBlock, value: unknown): readonly number[] {
  const path = list(value, 'path of a trace');
  refuseSize(block, 0, path.length);
  if (path.every((each) => Number.isSafeInteger(each) && (each as number) >= 0)) {
    return path as readonly number[];
  }
  return refuse(block, 'the path of a frame is not a list of indexes');
}

/** Whether a frame may come after another in the order of execution: below it, or later below one of its callers. */
function follows(path: readonly number[], before: readonly number[]): boolean {
  const above = path.length - 1;
  if (above > before.length) return false;
  for (let at = 0; at < above; at++) if (path[at] !== before[at]) return false;
  return above === before.length || (path[above] as number) > (before[above] as number);
}

function refuseSize(block: RawBlock, frames: number, depth: number): void {
  if (frames >= FRAMES_MAX) refuse(block, `they have ${FRAMES_MAX} frames and more`);
  if (depth > DEPTH_MAX) refuse(block, `they are nested more than ${DEPTH_MAX} deep`);
}

/** Throws `InvalidBlock`. */
export function refuse({ number, hash }: RawFields, reason: string): never {
  throw new InvalidBlock(
    `The node's traces for block ${Number(number)} (${hash}) are not those of the block: ${reason}.`,
  );
}
