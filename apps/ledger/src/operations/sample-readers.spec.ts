import { createMetrics } from '@daybook/platform';
import { ledgerMetrics } from './metrics';
import { sampleReaders, stoppedElsewhere } from './sample-readers';

const topic = 'daybook.transfer.v1';
const metrics = () => ledgerMetrics(createMetrics('ledger'));
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const own = (lag: bigint, seconds: number) => ({
  ...{ topic, group: 'ledger', lag, parkedKeys: 0, lastError: null },
  lastProgressAt: ago(seconds).toISOString(),
});

describe('a consumer group that handles nothing although messages wait', () => {
  it.each([
    ['of the ledger, in whatever process', 'ledger', 3n, ago(40), true],
    ['of balances', 'ledger-balances', 3n, ago(40), true],
    ['of the ledger for which messages wait for a moment', 'ledger', 3n, ago(5), false],
    ['of the ledger for which none wait', 'ledger', 0n, null, false],
    ['of a watcher, which has reports of its own', 'watcher-eip155:1', 3n, ago(40), false],
  ])('is reported: %s', async (_, group, lag, waitingSince, isReported) => {
    const sampled = metrics();
    const stopped = sampleReaders([{ topic, group, lag, waitingSince }], [], sampled);
    const sentence = `${group} has handled nothing of ${topic} for 40 s, although messages wait`;
    expect(stopped).toEqual(isReported ? [sentence] : []);
    const { values } = await sampled.consumerLagMessages.get();
    expect(values).toMatchObject([{ value: Number(lag), labels: { topic, group } }]);
  });

  it.each([
    ['that waits', 3n, 40, 1],
    ['that goes on', 3n, 1, 0],
    ['that has nothing to do', 0n, 4_000, 0],
  ])('is reported on Kafka by its member: one %s', (_, lag, seconds, count) => {
    const groups = [{ topic, group: 'ledger', lag: null, waitingSince: null }];
    expect(sampleReaders(groups, [own(lag, seconds)], metrics())).toHaveLength(count);
  });

  it('is reported by every process when it has stopped for deleted messages, once', () => {
    const lost = (group: string) => ({ topic, group, reason: `3 messages are lost for ${group}.` });
    const stopped = [lost('ledger'), lost('ledger-balances'), lost('watcher-eip155:1')];
    expect(stoppedElsewhere(stopped, [own(0n, 0)])).toEqual([
      `${topic}: 3 messages are lost for ledger-balances.`,
    ]);
  });
});
