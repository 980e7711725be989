import { type CloudEvent, Kafka, type KafkaMessage } from 'cloudevents';
import { goldenMessages } from '../testing/golden';
import { cloudEventHeaders, sequenceOf } from './cloud-event';
import { TOPICS } from './topics';

/** RFC 3339, section 5.6, in the form that every message has: UTC with milliseconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Characters that a CloudEvents string may not contain (specification, section 3.1). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const golden = Object.values(TOPICS).flatMap(goldenMessages);

/** The event as the SDK of CloudEvents reads it from a Kafka message; throws when it is not valid. */
function readBySdk(
  headers: Readonly<Record<string, string>>,
  key: string,
  value: string,
): CloudEvent<unknown> {
  const message = { headers, key, value } as unknown as KafkaMessage<unknown>;
  expect(Kafka.isEvent(message)).toBe(true);
  const event = Kafka.toEvent(message) as CloudEvent<unknown>;
  expect(event.validate()).toBe(true);
  return event;
}

/** The headers as the SDK writes them, which is what readers in other languages see. */
function attributesOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('ce_') && name !== 'ce_specversion')
      .map(([name, value]) => [name.slice('ce_'.length), value]),
  );
}

describe.each(golden.map((message) => [message.topic, message.name, message] as const))(
  '%s %s',
  (_, __, { headers, key, value }) => {
    it('is an event to the SDK, with the same attributes and data', () => {
      const event = readBySdk(headers, key, JSON.stringify(value));
      const {
        data,
        partitionkey: ___,
        datacontenttype,
        specversion,
        ...attributes
      } = event.toJSON();
      expect(data).toEqual(value);
      expect({ datacontenttype, specversion }).toEqual({
        datacontenttype: 'application/json',
        specversion: '1.0',
      });
      const { partitionkey = key, ...sent } = attributesOf(headers);
      expect(attributes).toEqual(sent);
      expect(partitionkey).toBe(key);
    });

    it('has the headers that are made of its attributes', () => {
      const { id = '', source = '', type = '', time = '', ...more } = attributesOf(headers);
      expect(cloudEventHeaders({ id, source, type, time, ...more })).toEqual(headers);
    });

    it('says the time, the trace and the sequence in their forms', () => {
      expect(headers.ce_time).toMatch(TIME);
      if (headers.ce_traceparent) expect(headers.ce_traceparent).toMatch(TRACEPARENT);
      const { position } = value as { position?: string };
      if (headers.ce_sequence) expect(headers.ce_sequence).toBe(sequenceOf(position ?? ''));
      for (const text of Object.values(headers)) expect(text).not.toMatch(FORBIDDEN);
    });
  },
);

describe('cloudEventHeaders', () => {
  const attributes = {
    id: 'eip155:1/0xab/log:0#1 ü%20€',
    source: '/daybook/chain-watcher/eip155:1',
    type: 'daybook.transfer.v1',
    time: '2026-01-01T00:00:00.000Z',
  };

  it('gives the SDK back what it was given, unescaped, with every extension', () => {
    const extensions = {
      subject: 'purse/1',
      dataschema: 'urn:daybook:schema:daybook.transfer.v1',
      partitionkey: 'the key',
      sequence: sequenceOf(7n),
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'a=b',
    };
    const headers = cloudEventHeaders({ ...attributes, ...extensions });
    const event = readBySdk(headers, 'the key', '{}');
    expect(event.toJSON()).toMatchObject({ ...attributes, ...extensions });
    expect(Kafka.binary(event).headers).toMatchObject(headers);
  });

  it('leaves out what is undefined', () => {
    const headers = cloudEventHeaders({
      ...attributes,
      subject: undefined,
      traceparent: undefined,
    });
    expect(Object.keys(headers)).toEqual([
      'content-type',
      'ce_specversion',
      'ce_id',
      'ce_source',
      'ce_type',
      'ce_time',
    ]);
  });
});

describe('sequenceOf', () => {
  it('compares as text like the numbers do', () => {
    const positions = [0n, 9n, 10n, 99n, 2n ** 63n, 99_999_999_999_999_999_999n];
    const sequences = positions.map(sequenceOf);
    expect(sequences.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(sequences);
    expect(new Set(sequences.map(({ length }) => length))).toEqual(new Set([20]));
  });
});
