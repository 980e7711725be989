import {
  type ChainHeadV1,
  cloudEventHeaders,
  TOPICS,
  type TransferV1,
  type WatchReportV1,
} from '@daybook/contracts';
import type { Message } from '@daybook/messaging';
import { blocksLeft } from '../state/rescan';
import type { RescanReport } from '../state/watcher-store';

/** The contract allows no longer reason. */
const REASON_LENGTH_MAX = 1_000;

/** The message of a transfer's version, ordered by chain and address. */
export function transferMessage(transfer: TransferV1): Message {
  const { transferId, version, chain, to } = transfer;
  const id = `${transferId}#${version}`;
  return {
    id,
    key: `${chain}|${to}`,
    value: JSON.stringify(transfer),
    headers: cloudEvent(id, TOPICS.transfer, chain, new Date(version).toISOString()),
  };
}

/** The message of a chain's state; only the latest counts. */
export function chainHeadMessage(head: ChainHeadV1): Message {
  const { chain, observedAt } = head;
  const id = `${chain}#${observedAt}`;
  return {
    id,
    key: chain,
    value: JSON.stringify(head),
    headers: cloudEvent(id, TOPICS.chainHead, chain, observedAt),
  };
}

/** The message on an operator's rescan as it is now. */
export function watchReportMessage(chain: string, { rescan, observedAt }: RescanReport): Message {
  const { id: requestId, state, from, to, found, versions } = rescan;
  const reason = rescan.reason?.slice(0, REASON_LENGTH_MAX) ?? null;
  const report: WatchReportV1 = {
    ...{ requestId, chain, state, from, to, blocksLeft: blocksLeft(rescan) },
    ...{ found, versions, reason, observedAt },
  };
  const id = `${requestId}#${state}#${observedAt}`;
  return {
    id,
    key: chain,
    value: JSON.stringify(report),
    headers: cloudEvent(id, TOPICS.watchReport, chain, observedAt),
  };
}

function cloudEvent(id: string, type: string, chain: string, time: string) {
  const source = `/daybook/chain-watcher/${chain}`;
  return cloudEventHeaders({ id, source, type, time });
}
