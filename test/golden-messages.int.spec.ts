import {
  type BalanceV1,
  type ChainHeadV1,
  type LedgerEventV1,
  type OutflowV1,
  type PurseAddressV1,
  TOPICS,
  type TransferV1,
} from '@daybook/contracts';
import {
  chainHeadMessage,
  outflowMessage,
  transferMessage,
} from '../apps/chain-watcher/src/publish/publisher';
import { headersOf } from '../apps/ledger/src/events/cloud-events';
import { type GoldenMessage, goldenMessages } from '../libs/contracts/testing/golden';

/** The golden messages are what the apps write, not only what the schemas allow. */
const golden = (topic: string) =>
  goldenMessages(topic).map((message) => [message.name, message] as const);

const onWire = ({ key, headers, value }: GoldenMessage) => ({ key, headers, value });

describe('the chain-watcher', () => {
  it.each(golden(TOPICS.transfer))('writes the transfer %s', (_, message) => {
    const { value, ...written } = transferMessage(message.value as unknown as TransferV1);
    expect({ ...written, value: JSON.parse(value) }).toMatchObject(onWire(message));
  });

  it.each(golden(TOPICS.outflow))('writes the outflow %s', (_, message) => {
    const { value, ...written } = outflowMessage(message.value as unknown as OutflowV1);
    expect({ ...written, value: JSON.parse(value) }).toMatchObject(onWire(message));
  });

  it.each(golden(TOPICS.chainHead))('writes the head %s', (_, message) => {
    const { value, ...written } = chainHeadMessage(message.value as unknown as ChainHeadV1);
    expect({ ...written, value: JSON.parse(value) }).toMatchObject(onWire(message));
  });
});

/** The log of a header. */
function logOf(name = '') {
  const [id = '', epoch] = name.split('.');
  return { id, epoch: Number(epoch), streamPrefix: '', ended: [] };
}

describe('the ledger', () => {
  // What an older ledger wrote has fewer headers.
  const messages = [TOPICS.purseAddress, TOPICS.ledgerEvent, TOPICS.balance]
    .flatMap(goldenMessages)
    .filter(({ name }) => !name.startsWith('of-an-older-'));

  it.each(messages.map((m) => [m.topic, m.name, m] as const))(
    'writes the headers of %s %s',
    (topic, _, { headers, key, value }) => {
      const told = value as unknown as PurseAddressV1 | LedgerEventV1 | BalanceV1;
      const {
        ce_id: id = '',
        ce_type: type = '',
        ce_subject: subject = '',
        ce_time: time = '',
      } = headers;
      const written = headersOf({
        topic,
        id,
        type,
        subject,
        key,
        time,
        position: BigInt(told.position ?? 0),
        log: logOf(headers.ce_log),
        traceparent: headers.ce_traceparent,
      });
      expect(written).toEqual(headers);
    },
  );
});
