import { startEventStoreDbStandIn } from '../libs/event-store/testing/eventstoredb-stand-in';
import { startKafkaBroker } from './kafka-broker';
import { describeWhere } from './where.contract';

describeWhere('on EventStoreDB’s protocol and a Kafka broker', async () => {
  // A broker and a log of its own: the apps have fixed names of topics, groups and streams.
  const [standIn, broker] = await Promise.all([startEventStoreDbStandIn(), startKafkaBroker()]);
  return {
    ledger: { eventstoredbUrl: standIn.url, kafkaBrokers: broker.brokers },
    watcher: { kafkaBrokers: broker.brokers },
    variables: {
      DAYBOOK_EVENTSTOREDB_URL: standIn.url,
      DAYBOOK_KAFKA_BROKERS: broker.brokers,
    },
    stop: async () => {
      await Promise.all([standIn.stop(), broker.stop()]);
    },
  };
});
