import { durableLogContract } from './durable-log.contract';
import { InMemoryBroker, InMemoryLog } from './in-memory-log';

describe('in-memory log', () => {
  let broker: InMemoryBroker;
  beforeEach(() => {
    broker = new InMemoryBroker();
  });

  durableLogContract(() => ({
    open: async () => new InMemoryLog(broker),
    crash: async (log) => (log as InMemoryLog).crash(),
  }));
});
