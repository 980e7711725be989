import { describeTransferToBalance } from './transfer-to-balance.contract';

describeTransferToBalance('on PostgreSQL alone', async () => ({
  ledger: {},
  watcher: {},
  stop: async () => undefined,
}));
