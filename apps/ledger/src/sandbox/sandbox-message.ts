import { SANDBOX_KIND, TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import { idOf } from '@daybook/domain';
import type { LogIdentity, RecordedEvent } from '@daybook/event-store';
import type { Message } from '@daybook/messaging';
import { eventMessage } from '../events';
import { depositIn } from './get-sandbox-deposit';

/** The message to the watcher for an event of a deposit: the whole request as it is now. */
export function sandboxMessage(
  recorded: RecordedEvent,
  history: readonly RecordedEvent[],
  log: LogIdentity | undefined,
): Message {
  const deposit = depositIn(history);
  if (deposit === null) throw new Error(`${recorded.stream} has no request.`);
  const { first, state } = deposit;
  const { chain, address: to, asset, amount, scenario, isMineRequested } = state;
  const value: WatchRequestV1 = {
    ...{ requestId: idOf(recorded.stream), chain, kind: SANDBOX_KIND, from: null, to: null },
    ...{ blocksMax: 0, isCancelled: false, requestedBy: first.metadata.actor },
    ...{ requestedAt: first.recordedAt, position: recorded.position.toString() },
    sandbox: {
      ...{ to, asset, amount, isMineRequested },
      // To a watcher it is a deposit like any other.
      scenario: scenario === 'below-minimum' ? 'deposit' : scenario,
    },
  };
  const type = 'daybook.WatchRequest.v1';
  return eventMessage(recorded, { topic: TOPICS.watchRequest, type, key: chain, log, value });
}
