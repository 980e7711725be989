import {
  type ChainHeadV1,
  cloudEventHeaders,
  type LookUpV1,
  NO_TRANSACTION,
  type OutflowV1,
  outflowKey,
  TOPICS,
  type TransferV1,
  transferKey,
  type WatchReportV1,
} from '@daybook/contracts';
import type { Message } from '@daybook/messaging';
import { outflowIdOf } from '../match/movements';
import { wordsOf } from '../monitoring/words';
import type { BalanceChecked } from '../state/balances';
import { isAbove, lowest, type Position } from '../state/position';
import type { QuarantinedBlock } from '../state/quarantine';
import { blocksLeft } from '../state/rescan';
import { matchedThrough, tipOf, type WatchContext } from '../state/watch-state';
import type { MovementVersion, RescanReport, TrackedTransfer } from '../state/watcher-store';

/** The longest reason that the contract allows. */
const REASON_LENGTH_MAX = 1_000;
/** Messages that are published with one acknowledgement. */
const PUBLISH_AT_ONCE = 500;

/** Publishes the outbox and the reports on requests, and knows how far everything is published. */
export function createPublisher(context: WatchContext) {
  const { chain, log, store, state } = context;
  /** The last block whose transfers are all published; -1 when there is none. */
  let publishedBlock = -1;
  return {
    publishedBlock: () => publishedBlock,

    /** Publishes a batch of the outbox; returns whether more is stored. */
    async publish(): Promise<boolean> {
      // Read the tip before the outbox: the transfers of every block up to it are in the outbox by then.
      const tip = state.chain.phase === 'new' ? -1 : tipOf(state).number;
      const { lateRescans } = state;
      const through = matchedThrough(state);
      // Read before the outbox, so that what a rescan found is published before the report says so.
      const reports = await store.unreported(chain.id);
      const messages = await store.outbox(chain.id, PUBLISH_AT_ONCE);
      const last = messages.at(-1);
      if (last) {
        // A topic keeps its order, and no reader needs one between the topics.
        for (const topic of [TOPICS.transfer, TOPICS.outflow]) {
          const some = messages.filter((message) => message.topic === topic);
          const content = some.map(({ position: _, topic: __, ...message }) => message);
          if (content.length > 0) await log.publish(topic, content);
        }
        await store.published(chain.id, last.position);
      }
      if (messages.length === PUBLISH_AT_ONCE) return true;
      if (reports.length > 0) {
        const about = reports.map((report) => watchReportMessage(chain.id, report));
        await log.publish(TOPICS.watchReport, about);
        await store.reported(chain.id, reports);
      }
      publishedBlock = tip;
      // A rescan that was added and ended meanwhile may have left messages in the outbox.
      if (lateRescans === state.lateRescans) state.publishedThrough = through;
      return false;
    },

    /** See `Watch.acknowledge`. */
    async acknowledge(complete: Position): Promise<void> {
      const acknowledged = lowest(complete, state.publishedThrough, matchedThrough(state));
      if (acknowledged === null || !isAbove(acknowledged, state.acknowledged)) return;
      await context.commit({ acknowledged });
    },
  };
}

/** The message of a version, and the topic that it belongs to. */
export function trackedMessage({ direction, transfer }: TrackedTransfer) {
  if (direction === 'out') {
    const { transferId, unreadable: _, ...content } = { ...transfer, ...publicWaitingOf(transfer) };
    // What leaves is in a block and in a transaction.
    const outflow = { outflowId: outflowIdOf(transferId), ...content } as OutflowV1;
    return { topic: TOPICS.outflow, ...outflowMessage(outflow) };
  }
  // Only fees have no recipient, and they are outflows.
  const told = {
    ...transfer,
    ...publicHashOf(transfer),
    ...publicWaitingOf(transfer),
  } as TransferV1;
  return { topic: TOPICS.transfer, ...transferMessage(told) };
}

/** On the topic there is one word for what waits, because older readers know no other. */
function publicWaitingOf({ waiting }: MovementVersion) {
  const word = { waiting: 'awaiting-second-provider' } as const;
  if (waiting === 'unproven-trace') return { ...word, unprovenTrace: true } as const;
  if (waiting === 'unread-balance') return { ...word, unreadBalance: true } as const;
  return {};
}

/** On the topic every transfer has the hash of a transaction. */
function publicHashOf({ transferId, txHash }: MovementVersion) {
  if (txHash !== null) return { transferId, txHash };
  const place = transferId.lastIndexOf('/');
  const id = `${transferId.slice(0, place)}/${NO_TRANSACTION}${transferId.slice(place)}`;
  return { transferId: id, txHash: NO_TRANSACTION };
}

/** The message of an outflow's version, ordered by chain and the address that sends. */
export function outflowMessage(outflow: OutflowV1): Message {
  const { outflowId, version } = outflow;
  const time = new Date(version).toISOString();
  const message = messageOf(TOPICS.outflow, `${outflowId}#${version}`, outflow, time);
  return { ...message, key: outflowKey(outflow) };
}

/** The message of a transfer's version, ordered by chain and address. */
export function transferMessage(transfer: TransferV1): Message {
  const { transferId, version } = transfer;
  const time = new Date(version).toISOString();
  const message = messageOf(TOPICS.transfer, `${transferId}#${version}`, transfer, time);
  return { ...message, key: transferKey(transfer) };
}

/** The message of a chain's state; only the latest counts. */
export function chainHeadMessage(head: ChainHeadV1): Message {
  const { chain, observedAt } = head;
  // It may quote a node.
  const detail = head.detail && wordsOf(head.detail, REASON_LENGTH_MAX);
  const content = { ...head, detail };
  return messageOf(TOPICS.chainHead, `${chain}#${observedAt}`, content, observedAt);
}

/** Of a reason or an answer that a report quotes. */
const SAID_LENGTH_MAX = 300;
/** Blocks in quarantine that a report names: an operator resolves one after the other. */
const REPORTED_BLOCKS_MAX = 20;

/** The blocks in quarantine as a chain's report lists them, lowest first. */
export function reportedQuarantine(
  quarantine: readonly QuarantinedBlock[],
): NonNullable<ChainHeadV1['quarantine']> {
  return quarantine.slice(0, REPORTED_BLOCKS_MAX).map((entry) => {
    const { number, hash, state, reason, answers, since } = entry;
    return {
      ...{ number, hash, isGap: state === 'gap', reason: wordsOf(reason, SAID_LENGTH_MAX) },
      answers: answers.map(({ provider, said }) => ({
        provider,
        said: wordsOf(said, SAID_LENGTH_MAX),
      })),
      since: new Date(since).toISOString(),
    };
  });
}

/** The message on an operator's rescan as it is now. */
function watchReportMessage(chain: string, { rescan, observedAt }: RescanReport): Message {
  const { id: requestId, state, from, to, found, versions, sandbox } = rescan;
  const reason = rescan.reason?.slice(0, REASON_LENGTH_MAX) ?? null;
  const report: WatchReportV1 = {
    ...{ requestId, chain, state, from, to, blocksLeft: blocksLeft(rescan) },
    ...{ found, versions, reason, observedAt },
    ...(sandbox && { sandbox: { transaction: sandbox.transaction } }),
  };
  return messageOf(TOPICS.watchReport, `${requestId}#${state}#${observedAt}`, report, observedAt);
}

/** The message on balances that were read after one block. `id` is of the report. */
export function balancesMessage(
  chain: string,
  id: string,
  checked: readonly BalanceChecked[],
  observedAt: string,
): Message {
  const [{ number, hash }] = checked as readonly [BalanceChecked];
  const entries = checked.map(({ address, asset, balance, moved }) => {
    return { address, asset, balance: balance.toString(), moved: moved.toString() };
  });
  const report: WatchReportV1 = {
    ...{ requestId: id, chain, state: 'done', from: number, to: number, blocksLeft: 0 },
    ...{ found: 0, versions: 0, reason: null, observedAt },
    balances: { block: { number, hash }, entries },
  };
  return messageOf(TOPICS.watchReport, id, report, observedAt);
}

/** The answer to a look-up. It says nothing of what was found for anybody. */
export function lookUpMessage(
  chain: string,
  answer: {
    readonly requestId: string;
    readonly lookUp: LookUpV1;
    readonly observedAt: string;
  },
): Message {
  const { requestId, lookUp, observedAt } = answer;
  const report: WatchReportV1 = {
    ...{ requestId, chain, state: 'done', from: null, to: null, blocksLeft: 0 },
    ...{ found: 0, versions: 0, reason: null, observedAt, lookUp },
  };
  return messageOf(TOPICS.watchReport, `${requestId}#${observedAt}`, report, observedAt);
}

/** A message whose key is its chain. */
function messageOf(type: string, id: string, content: { chain: string }, time: string): Message {
  const { chain } = content;
  const source = `/daybook/chain-watcher/${chain}`;
  const headers = cloudEventHeaders({ id, source, type, time });
  return { id, key: chain, value: JSON.stringify(content), headers };
}
