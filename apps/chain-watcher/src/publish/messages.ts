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
  const time = new Date(version).toISOString();
  const message = messageOf(TOPICS.transfer, `${transferId}#${version}`, transfer, time);
  return { ...message, key: `${chain}|${to}` };
}

/** The message of a chain's state; only the latest counts. */
export function chainHeadMessage(head: ChainHeadV1): Message {
  const { chain, observedAt } = head;
  return messageOf(TOPICS.chainHead, `${chain}#${observedAt}`, head, observedAt);
}

/** The message on an operator's rescan as it is now. */
export function watchReportMessage(chain: string, { rescan, observedAt }: RescanReport): Message {
  const { id: requestId, state, from, to, found, versions } = rescan;
  const reason = rescan.reason?.slice(0, REASON_LENGTH_MAX) ?? null;
  const report: WatchReportV1 = {
    ...{ requestId, chain, state, from, to, blocksLeft: blocksLeft(rescan) },
    ...{ found, versions, reason, observedAt },
  };
  return messageOf(TOPICS.watchReport, `${requestId}#${state}#${observedAt}`, report, observedAt);
}

/** A message whose key is its chain. */
function messageOf(
  type: string,
  id: string,
  content: { readonly chain: string },
  time: string,
): Message {
  const { chain } = content;
  const source = `/daybook/chain-watcher/${chain}`;
  const headers = cloudEventHeaders({ id, source, type, time });
  return { id, key: chain, value: JSON.stringify(content), headers };
}
