import { type OutgoingRecord, sizeOf } from './kafka-records';

/** The most records of one request: encoding them blocks the event loop for about ten milliseconds. */
const REQUEST_RECORDS_MAX = 5_000;
/** The most bytes of one request, to bound memory on both sides. */
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;
/** Records of a partition are sent as one batch, and brokers accept 1 MiB a batch by default. */
const BATCH_BYTES_MAX = 900_000;
/** Fits a batch; 250 times what the largest of our messages has. */
export const MESSAGE_BYTES_MAX = BATCH_BYTES_MAX;
/** How many messages may wait before `publish` refuses more. */
const WAITING_MESSAGES_MAX = 200_000;

export interface PlacedRecord extends OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: number;
}

/** One `publish`: its records are stored together or over several requests, in order. */
export interface Call {
  readonly records: readonly PlacedRecord[];
  /** When it fails if it is not stored by then. */
  readonly deadline: number;
  /** How many of the records have been put into requests. */
  taken: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** What is sent in one request: the next records of the next calls. */
export interface Request {
  readonly records: readonly PlacedRecord[];
  /** The calls that these records belong to, in the order of their arrival. */
  readonly calls: readonly Call[];
}

/** The waiting calls, in the order of their arrival. */
export class PublishQueue {
  private readonly calls: Call[] = [];
  private waiting = 0;

  /** Throws when too many messages wait already. */
  add(call: Call): void {
    if (this.waiting > 0 && this.waiting + call.records.length > WAITING_MESSAGES_MAX) {
      throw new Error(`${this.waiting} messages wait to be published already.`);
    }
    this.calls.push(call);
    this.waiting += call.records.length;
  }

  /** The next request; none when nothing waits. */
  take(): Request | undefined {
    const records: PlacedRecord[] = [];
    const calls: Call[] = [];
    const batches = new Map<string, number>();
    let bytes = 0;
    for (let call = this.calls[0]; call; call = this.calls[0]) {
      calls.push(call);
      for (; call.taken < call.records.length; call.taken += 1) {
        const record = call.records[call.taken] as PlacedRecord;
        const batch = `${record.topic} ${record.partition}`;
        const batchBytes = (batches.get(batch) ?? 0) + record.bytes;
        bytes += record.bytes;
        const full =
          records.length === REQUEST_RECORDS_MAX ||
          bytes > REQUEST_BYTES_MAX ||
          batchBytes > BATCH_BYTES_MAX;
        if (full) return this.taken(records, calls);
        batches.set(batch, batchBytes);
        records.push(record);
      }
      this.calls.shift();
    }
    return records.length > 0 ? this.taken(records, calls) : undefined;
  }

  /** Removes a call that has not been sent completely; the order of the others stays. */
  remove(call: Call): void {
    const at = this.calls.indexOf(call);
    if (at < 0) return;
    this.calls.splice(at, 1);
    this.waiting -= call.records.length - call.taken;
  }

  /** Empties the queue. */
  takeAll(): readonly Call[] {
    this.waiting = 0;
    return this.calls.splice(0);
  }

  private taken(records: readonly PlacedRecord[], calls: readonly Call[]): Request {
    this.waiting -= records.length;
    return { records, calls };
  }
}

/** A record with its topic and partition. Throws `RangeError` when it is too large to be stored. */
export function place(topic: string, partition: number, record: OutgoingRecord): PlacedRecord {
  const bytes = sizeOf(record);
  if (bytes > MESSAGE_BYTES_MAX) {
    throw new RangeError(
      `A message of ${bytes} bytes is too large for ${topic}: at most ${MESSAGE_BYTES_MAX} can be published.`,
    );
  }
  return { ...record, topic, partition, bytes };
}
