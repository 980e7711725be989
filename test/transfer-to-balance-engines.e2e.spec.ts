import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { startKafkaBroker } from './kafka-broker';
import { describeWith } from './needs';
import { describeTransferToBalance } from './transfer-to-balance.contract';

/** A broker and a log of its own: the apps have fixed names of topics, groups and streams. */
async function openEngines() {
  const [standIn, broker] = await Promise.all([startEventStoreDbStandIn(), startKafkaBroker()]);
  return {
    ledger: { eventstoredbUrl: standIn.url, kafkaBrokers: broker.brokers },
    watcher: { kafkaBrokers: broker.brokers },
    stop: async () => {
      await Promise.all([standIn.stop(), broker.stop()]);
    },
  };
}

describeWith('java', 'with a broker of its own', () => {
  const name = 'on EventStoreDB’s protocol and a Kafka broker';
  describeTransferToBalance(name, openEngines, { kinds: 'one' });
});
