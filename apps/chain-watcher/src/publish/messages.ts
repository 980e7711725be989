import { type ChainHeadV1, cloudEventHeaders, TOPICS, type TransferV1 } from '@daybook/contracts';
import type { Message } from '@daybook/messaging';

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

function cloudEvent(id: string, type: string, chain: string, time: string) {
  const source = `/daybook/chain-watcher/${chain}`;
  return cloudEventHeaders({ id, source, type, time });
}
