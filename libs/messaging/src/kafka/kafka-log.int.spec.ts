import { describeWithKafka } from '../../../../test/dependencies';
import { durableLogContract } from '../../testing/durable-log.contract';
import { KafkaFixture } from '../../testing/kafka-fixture';

describeWithKafka('Kafka log', () => {
  const kafka = new KafkaFixture();
  beforeAll(() => kafka.begin());
  afterAll(() => kafka.end());

  durableLogContract(() => ({
    open: (topic) => kafka.open(topic),
    crash: async (log) => kafka.crash(log),
  }));
});
