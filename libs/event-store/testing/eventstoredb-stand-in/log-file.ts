import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { StoredEvent } from './stored-event';

const fdatasyncLater = promisify(fdatasync);
const writeLater = promisify(write);

/** The log on disk: one line an event. What was half written when the process was killed is cut off. */
export interface LogFile {
  read(): readonly StoredEvent[];
  append(events: readonly StoredEvent[]): void;
  /** Resolves when the events are on the disk. */
  commit(events: readonly StoredEvent[]): Promise<void>;
  close(): void;
}

export function openLogFile(path: string): LogFile {
  const file = openSync(path, 'a+');
  return {
    read: () => {
      const text = readFileSync(path);
      const whole = text.lastIndexOf(10) + 1;
      if (whole < text.length) ftruncateSync(file, whole);
      const lines = text.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
      return lines.map(eventOf);
    },
    append: (events) => {
      writeSync(file, events.map(lineOf).join(''));
      fdatasyncSync(file);
    },
    commit: async (events) => {
      if (events.length === 0) return;
      await writeLater(file, Buffer.from(events.map(lineOf).join('')));
      await fdatasyncLater(file);
    },
    close: () => closeSync(file),
  };
}

function lineOf(event: StoredEvent): string {
  const [data, metadata] = [event.data, event.metadata].map((b) =>
    Buffer.from(b).toString('base64'),
  );
  return `${JSON.stringify({ ...event, data, metadata })}\n`;
}

function eventOf(line: string): StoredEvent {
  const { data, metadata, ...rest } = JSON.parse(line);
  return { ...rest, data: Buffer.from(data, 'base64'), metadata: Buffer.from(metadata, 'base64') };
}
