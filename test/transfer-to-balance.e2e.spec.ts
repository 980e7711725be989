import { describeTransferToBalance } from './transfer-to-balance.contract';

const openEngines = async () => ({ ledger: {}, watcher: {}, stop: async () => undefined });

describeTransferToBalance('on PostgreSQL alone', openEngines, { kinds: 'all' });
