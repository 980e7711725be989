import { pause } from '@daybook/platform/plain';
import type { Client } from 'pg';

export const CHANNEL = 'daybook_messaging';
/** Consumers poll, so a lost listener costs latency only. */
const RECONNECT_MS = 1_000;

/** Wakes the members that read a topic which has grown. Only a hint: a notice can be lost. */
export class Notices {
  private readonly members = new Map<string, Set<() => void>>();
  private readonly closing = new AbortController();
  private readonly listening: Promise<void>;

  constructor(connect: () => Promise<Client>) {
    this.listening = this.listen(connect);
  }

  /** Calls `wake` after each notice about the topic. Returns the function that ends this. */
  on(topic: string, wake: () => void): () => void {
    const members = this.members.get(topic) ?? new Set();
    this.members.set(topic, members.add(wake));
    return () => members.delete(wake);
  }

  note(topic: string): void {
    for (const wake of this.members.get(topic) ?? []) wake();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.listening;
  }

  private async listen(connect: () => Promise<Client>): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const client = await connect().catch(() => undefined);
      if (client) {
        client.on('notification', ({ payload }) => this.note(payload ?? ''));
        const lost = new Promise<void>((resolve) => {
          client.once('end', resolve);
          client.once('error', () => resolve());
          signal.addEventListener('abort', () => resolve(), { once: true });
          if (signal.aborted) resolve();
        });
        await client.query(`LISTEN ${CHANNEL}`).then(
          () => lost,
          () => undefined,
        );
        await client.end().catch(() => undefined);
      }
      await pause(RECONNECT_MS, signal);
    }
  }
}
