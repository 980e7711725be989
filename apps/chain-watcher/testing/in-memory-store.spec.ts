import { balancesContract } from './balances.contract';
import { InMemoryWatcherStore } from './in-memory-store';
import { watcherStoreContract } from './watcher-store.contract';

describe('InMemoryWatcherStore', () => {
  watcherStoreContract(async () => new InMemoryWatcherStore());
  describe('balances', () => balancesContract(async () => new InMemoryWatcherStore()));
});
