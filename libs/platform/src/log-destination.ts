import { fileSink, type LogFile, stdoutSink } from './log-sinks';

/** Characters that wait for a destination that is slow or fails. Further lines are dropped. */
const WAITING_MAX = 4 * 1024 * 1024;
/** Characters that are written together. A system call for each line was a tenth of the cost of a command. */
const BATCH_MAX = 64 * 1024;
/** The pause after a failure, so that a full disk costs nothing. */
const RETRY_MS = 1_000;
/** A write that has taken this long may never end. Nothing more is written when the process exits. */
const STUCK_MS = 1_000;

export type LogDestination = ReturnType<typeof logDestination>;

/**
 * Where a logger writes: a file that rotates, or standard output. It never throws, waits or fails: lines that cannot
 * be written, because a disk is full, a pipe is closed or its reader stands still, are dropped and counted.
 *
 * It does not use pino's own destination (sonic-boom), which passes a failure on as an error that ends the process, and
 * at the exit repeats the write for ever while the disk is full.
 */
export function logDestination(file?: LogFile) {
  const sink = file === undefined ? stdoutSink() : fileSink(file);
  let waiting: string[] = [];
  let waitingLength = 0;
  let dropped = 0;
  let droppedBefore = 0;
  /** Since when a batch has been on its way; null when none is. */
  let writingSince: number | null = null;
  let recovered: (lines: number) => void = () => undefined;

  function take(): readonly string[] {
    let length = 0;
    let count = 0;
    do {
      length += waiting[count]?.length ?? 0;
      count += 1;
    } while (count < waiting.length && length < BATCH_MAX);
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingLength -= length;
    return batch;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      writingSince = performance.now();
      const batch = take();
      try {
        await sink.write(batch.join(''));
        writingSince = null;
        noteRecovery();
      } catch {
        // Some of them may have been written: how many is not known.
        dropped += batch.length;
        writingSince = null;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  function noteRecovery(): void {
    if (dropped === droppedBefore) return;
    const lines = dropped - droppedBefore;
    droppedBefore = dropped;
    recovered(lines);
  }

  /** Writes what waits, behind what is under way, if the destination takes it at once. */
  function flushSync(): void {
    if (writingSince !== null && performance.now() - writingSince > STUCK_MS) return;
    if (waiting.length === 0 && writingSince === null) return;
    const lines = waiting;
    [waiting, waitingLength] = [[], 0];
    if (!sink.writeNow(lines.join(''))) dropped += lines.length;
  }

  let isWriting = false;
  process.once('exit', flushSync);
  return {
    write(line: string): void {
      if (waitingLength + line.length > WAITING_MAX) {
        dropped += 1;
        return;
      }
      waiting.push(line);
      waitingLength += line.length;
      if (isWriting) return;
      isWriting = true;
      void writeAll().finally(() => {
        isWriting = false;
      });
    },
    flushSync,
    /** How many lines were dropped since the start. */
    dropped: () => dropped,
    /** `say` is called with how many lines were dropped, as soon as the destination works again. */
    onRecovery(say: (lines: number) => void): void {
      recovered = say;
    },
  };
}
