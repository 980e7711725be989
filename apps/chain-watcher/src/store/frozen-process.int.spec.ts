import { copyOf, type TestDatabase } from '../../../../test/dependencies';
import { migrate } from '../migrate';
import type { Leadership } from '../state/watcher-store';
import { PostgresWatcherStore } from './postgres-watcher-store';

const CHAIN = 'eip155:31337';
/** Longer than the server waits inside a transaction, shorter than a lease. */
const FROZEN_MS = 4_000;

let database: TestDatabase;

beforeEach(async () => {
  database = await copyOf('watcher', (url) => migrate(url, 'postgres'));
});
afterEach(() => database.drop());

/** As SIGSTOP does: nothing in this process goes on. */
function freeze(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FROZEN_MS);
}

it('survives that the server ended its transaction while the process was frozen', async () => {
  const store = new PostgresWatcherStore({ url: database.url });
  const leader = (await store.lead(CHAIN)) as Leadership;
  const change = {
    addresses: ['0x01'],
    // Read just before a statement is sent. Its answer and the end of the connection are read together.
    get finalNumber(): number {
      setImmediate(freeze);
      return 1;
    },
  };
  await expect(store.commit(leader, change)).rejects.toThrow(/connection/i);
  for await (const addresses of store.addresses(CHAIN)) expect(addresses).toEqual([]);
  await leader.release();
  await store.close();
});
