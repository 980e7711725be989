import { TOPICS } from '@daybook/contracts';
import { isAbove, lowest, type Position } from '../state/position';
import { matchedThrough, tipOf, type WatchContext } from '../state/watch-state';
import { watchReportMessage } from './messages';

/** Messages that are published with one acknowledgement. */
const PUBLISH_AT_ONCE = 500;

/** Publishes the outbox and the reports on requests, and knows how far everything is published. */
export function createRelay(context: WatchContext) {
  const { chain, log, store, state } = context;
  /** The last block whose transfers are all published; -1 when there is none. */
  let publishedBlock = -1;
  return {
    publishedBlock: () => publishedBlock,

    /** Publishes a batch of the outbox; returns whether more is stored. */
    async publish(): Promise<boolean> {
      // What the outbox holds when it is read belongs to this moment or a later one.
      const tip = state.chain.phase === 'new' ? -1 : tipOf(state).number;
      const { lateRescans } = state;
      const through = matchedThrough(state);
      // Read before the outbox, so that what a rescan found is published before the report says so.
      const reports = await store.unreported(chain.id);
      const messages = await store.outbox(chain.id, PUBLISH_AT_ONCE);
      const last = messages.at(-1);
      if (last) {
        await log.publish(
          TOPICS.transfer,
          messages.map(({ position: _, ...message }) => message),
        );
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
