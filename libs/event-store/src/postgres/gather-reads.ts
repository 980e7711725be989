import { type Histories, type RecordedEvent, StoreUnavailable } from '../event-store';

/** More streams in one query gain nothing and delay all of its callers. */
const STREAMS_PER_QUERY_MAX = 512;
/** While one query runs the next is gathered; with a third, queries would be smaller and cost more. */
const QUERIES_IN_FLIGHT_MAX = 2;
/** A longer queue only turns a slow store into a slow and full process. */
const WAITING_MAX = 65_536;

type History = readonly RecordedEvent[];

interface Wanted {
  readonly stream: string;
  readonly from: bigint;
  readonly resolve: (history: History) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Batches concurrent reads of single streams into queries for many, as the group commit does with
 * writes: otherwise 256 commands in flight would be 256 round trips, each costing more than its read.
 */
export function gatherReads(
  readMany: (streams: readonly Wanted[]) => Promise<Histories>,
): (stream: string, from: bigint) => Promise<History> {
  let wanted: Wanted[] = [];
  let inFlight = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || inFlight === QUERIES_IN_FLIGHT_MAX || wanted.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = wanted.slice(0, STREAMS_PER_QUERY_MAX);
      wanted = wanted.slice(batch.length);
      void run(batch);
      schedule();
    });
  }

  async function run(batch: readonly Wanted[]): Promise<void> {
    inFlight += 1;
    try {
      const histories = await readMany(batch);
      for (const { stream, from, resolve } of batch) {
        const history = histories.get(stream) ?? [];
        // Another caller may have asked for more of the same stream.
        const surplus = history[0] === undefined ? 0 : Number(from - history[0].revision);
        resolve(surplus > 0 ? history.slice(surplus) : history);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    inFlight -= 1;
    schedule();
  }

  return (stream, from) =>
    new Promise((resolve, reject) => {
      if (wanted.length >= WAITING_MAX) {
        reject(new StoreUnavailable(`${wanted.length} reads are waiting for the store already.`));
        return;
      }
      wanted.push({ stream, from, resolve, reject });
      schedule();
    });
}
