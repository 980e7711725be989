import { describeWith } from '../../../../test/needs';
import { durableLogContract } from '../../testing/durable-log.contract';
import { KafkaFixture } from '../../testing/kafka-fixture';

describeWith('kafka', 'Kafka log', () => {
  const kafka = new KafkaFixture();
  beforeAll(() => kafka.begin());
  afterAll(() => kafka.end());

  durableLogContract(() => ({
    open: (topic) => kafka.open(topic),
    crash: async (log) => kafka.crash(log),
  }));
});
