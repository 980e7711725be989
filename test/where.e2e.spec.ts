import { describeWhere } from './where.contract';

describeWhere('on PostgreSQL alone', async () => ({
  ledger: {},
  watcher: {},
  variables: {},
  stop: async () => undefined,
}));
