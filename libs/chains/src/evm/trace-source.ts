import { LRUCache } from 'lru-cache';
import type { BlockHeader, ClientNote } from '../chain-client';
import type { CoinRules } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure, type Unparsed } from '../node-http';
import type { JsonRpc } from './json-rpc';
import { isMissingBlock } from './missing-block';
import { isMissingState, isUnknownMethod } from './refusals';
import type { TraceMethod } from './trace-answers';

/** What a node shows of a block's traces, not yet read. */
export type TraceAnswer = Unparsed & { readonly method: TraceMethod };

/** In the order in which they are tried. */
const METHODS: readonly TraceMethod[] = ['debug_traceBlockByHash', 'trace_block'];
/** A load balancer has nodes of several kinds, so methods that one lacks are tried again after this. */
const UNKNOWN_MS = 600_000;
/** A node that does not answer so often about one block never will. */
const SILENCES_MIN = 3;
/**
 * Nor will one whose failures in a row, about any blocks, weigh so much while it shows the blocks themselves: ten failures,
 * which are faster than silences, or thirty limits. A limit of expensive requests passes, unless the plan has none of them.
 */
const FAILURES_MIN = 30;
const FAILURE_WEIGHTS = { passing: 3, limited: 1 } as const;
/** One that does not answer about so many blocks in a row is not asked for a while. Anybody can make one block too large. */
const SILENT_BLOCKS_MIN = 3;
/** More than are in question at once. */
const SILENCES_MAX = 1_000;
/** A node that shows nothing so often in a row is not asked for a while. */
const NOTHINGS_MIN = 10;
/** A full node of geth has the state of so many blocks. Of older ones it may not show traces. */
const STATE_BLOCKS = 128;

/** How the coin moves on a chain whose entry does not say. */
export const USUAL_COIN: CoinRules = { traces: 'optional', hasWithdrawals: false };

export type TraceSource = ReturnType<typeof createTraceSource>;

/** Asks one node for traces, and remembers by which method it serves them, and what came of it. */
export function createTraceSource(
  rpc: JsonRpc,
  { traces: rule, log }: Pick<CoinRules, 'traces' | 'log'>,
  now = Date.now,
) {
  /** The methods that the node has shown not to have, and until when that is believed. */
  const unknownUntil = new Map<TraceMethod, number>();
  /** How often the node was silent about a block. */
  const silences = new LRUCache<string, number>({ max: SILENCES_MAX });
  /** What the failures and limits in a row weigh. */
  let failures = 0;
  /** The blocks in a row about which a method was silent or failed until they were given up. */
  const silentBlocks = new Map<TraceMethod, Set<string>>();
  /** Blocks in a row of which a node with the method has shown nothing. */
  let nothings = 0;
  let head = -1;
  let note: Omit<ClientNote, 'topic'> = {
    state: 'unknown',
    sentence: 'No block with transactions was asked for its traces yet.',
  };
  /** A note on what is lost stays until an operator can have seen it: a later block does not put it right. */
  let lost: { readonly first: number; readonly last: number; readonly why: string } | null = null;

  const isUnknown = (method: TraceMethod) => now() < (unknownUntil.get(method) ?? 0);

  async function ask(method: TraceMethod, header: Named): Promise<TraceAnswer> {
    const params =
      method === 'trace_block'
        ? [`0x${header.number.toString(16)}`]
        : [header.hash, { tracer: 'callTracer' }];
    const answer = rpc.sendUnparsed
      ? await rpc.sendUnparsed(method, params)
      : { result: await rpc.send(method, params) };
    return { ...answer, method };
  }

  function answered(method: TraceMethod): void {
    silentBlocks.delete(method);
    failures = 0;
  }

  /** Whether a block is given up because the node is silent about it. */
  function isGivenUp(method: TraceMethod, { hash }: Named, { kind }: RpcFailure): boolean {
    if (kind === 'refused') {
      answered(method);
      return false;
    }
    if (kind === 'silent') {
      const count = (silences.get(hash) ?? 0) + 1;
      silences.set(hash, count);
      if (count < SILENCES_MIN) return false;
    } else {
      failures += FAILURE_WEIGHTS[kind];
      if (failures < FAILURES_MIN) return false;
    }
    const blocks = silentBlocks.get(method) ?? new Set();
    silentBlocks.set(method, blocks.add(hash));
    if (blocks.size >= SILENT_BLOCKS_MIN) unknownUntil.set(method, now() + UNKNOWN_MS);
    return true;
  }

  /** The answer of the first method that the node serves; else why it serves none for this block. */
  async function answerFor(header: Named): Promise<TraceAnswer | RpcFailure> {
    let refusal = new RpcFailure('Methods for traces are not available.', 'refused');
    for (const method of METHODS) {
      if (isUnknown(method)) continue;
      try {
        const answer = await ask(method, header);
        answered(method);
        // Some have the method, and null for a block without state; others null for whatever they do not know.
        const isNothing = 'result' in answer && answer.result === null;
        nothings = isNothing ? nothings + 1 : 0;
        if (!isNothing) return answer;
        if (nothings >= NOTHINGS_MIN) unknownUntil.set(method, now() + UNKNOWN_MS);
        refusal = new RpcFailure('The node has no traces of the block.', 'refused');
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        if (!isGivenUp(method, header, error) && error.kind !== 'refused') throw error;
        if (isUnknownMethod(error)) unknownUntil.set(method, now() + UNKNOWN_MS);
        // Why a method that the node has shows nothing says more than that it lacks another one.
        if (!isUnknownMethod(error) || isUnknownMethod(refusal)) refusal = error;
        // The same state is missing for the other one.
        if (isMissingState(error)) return error;
      }
    }
    return refusal;
  }

  function lose({ number }: Named, why: string): void {
    const { first = number, last = number } = lost ?? {};
    lost = { first: Math.min(first, number), last: Math.max(last, number), why };
  }

  return {
    /** Traces are wanted below this height: not where logs show every movement of the coin. */
    below: rule === 'none' ? 0 : coveredFrom(log),

    /**
     * The traces of a block; null if the node serves none and the block is read without them. Throws `InvalidBlock` if
     * it is not whole without them.
     */
    async of(header: Named): Promise<TraceAnswer | null> {
      const answer = await answerFor(header);
      if (!(answer instanceof RpcFailure)) {
        const by = `Traces are read, by ${answer.method}.`;
        note = { state: 'fine', sentence: by };
        return answer;
      }
      const why = answer.message;
      const isOld = isMissingState(answer) && head - header.number >= STATE_BLOCKS;
      if (isOld) {
        lose(header, why);
        return null;
      }
      if (rule === 'required') {
        note = { state: 'wrong', sentence: `Traces are required, but not served. ${why}` };
        throw new InvalidBlock(
          `The block ${header.number} (${header.hash}) is not whole without its traces, which the node does not serve. ${why}`,
        );
      }
      if (isMissingBlock(answer) || !isUnknownMethod(answer) || silentBlocks.size > 0) {
        lose(header, why);
      } else note = { state: 'unknown', sentence: `${NOT_SERVED} ${why}` };
      return null;
    },

    /** Whether the node may serve traces: it has not said that it has no method for them. */
    isServed: (): boolean => !METHODS.every(isUnknown),

    /** Whether blocks are read without traces, because the node has said that it has none. */
    isForgone: (): boolean => rule === 'optional' && METHODS.every(isUnknown),

    /** Notes a block that was read without its traces at once. A node that was silent may have had some. */
    passedOver(header: Named): void {
      if (silentBlocks.size > 0) lose(header, 'The node did not answer for the traces of others.');
    },

    /** Notes that traces were not those of their block. Throws `InvalidBlock` if the block is not whole without. */
    refused(header: Named, fault: string): void {
      note = { state: 'wrong', sentence: `Traces were refused. ${fault}` };
      if (rule === 'required') throw new InvalidBlock(fault);
      lose(header, fault);
    },

    /** Notes the newest block of the node. */
    sawHead(number: number): void {
      head = Math.max(head, number);
    },

    notes(): readonly ClientNote[] {
      if (rule === 'none') return [];
      if (lost === null) return [{ topic: TOPIC, ...note }];
      const { first, last, why } = lost;
      const blocks = first === last ? `block ${first}` : `some blocks from ${first} to ${last}`;
      const sentence = `No traces of ${blocks}: internal transfers of the coin there are left to reconciliation. ${why}`;
      return [{ topic: TOPIC, state: 'wrong', sentence }];
    },
  };
}

type Named = Pick<BlockHeader, 'number' | 'hash'>;

const TOPIC = 'traces';
const NOT_SERVED =
  'The node serves no traces, so internal transfers of the coin are left to reconciliation.';

/** From which height logs show every movement of the coin; endless where they never do. */
function coveredFrom(log: CoinRules['log']): number {
  if (log === undefined || log.coversValues === false) return Number.POSITIVE_INFINITY;
  return log.fromHeight;
}
