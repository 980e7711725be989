import { TOPICS } from '../src';
import { goldenMessages } from './golden';
import { currentSchemas, shortName } from './schema-files';
import type { JsonSchema } from './shapes';
import { type App, keptOf, settingsOf, TOPIC_NOTES, type Topic } from './topic-notes';

type Json = Readonly<Record<string, unknown>>;

const KAFKA_BINDING = '0.5.0';
const APPS: Readonly<Record<App, string>> = {
  ledger: 'Records replenishments and publishes the events of the ledger.',
  'chain-watcher': 'Watches chains for transfers to known addresses.',
};

const DESCRIPTION = `The topics by which the apps of Daybook exchange messages. Others may read them as well.

- **At least once.** A message is published again if the broker's answer was lost. Each
  topic says how to recognise a duplicate.
- **Order is kept per key**, not between keys. A key keeps its partition: the number of partitions of a topic
  never changes.
- **Binary content mode of CloudEvents 1.0.** The value is the data, as JSON in UTF-8; the attributes are the
  headers \`ce_*\`.
- **Amounts are decimal strings of base units**, up to 2^256 - 1. Positions are decimal strings that grow and
  have gaps.
- **Schemas are open.** Ignore unknown properties and event types: they were added later. All versions of a schema
  are compatible with each other, both ways. An incompatible change gets a new topic.`;

/** The AsyncAPI document, from the schemas, the topic settings and the golden messages. */
export function asyncApi() {
  const topics = Object.values(TOPICS);
  return {
    asyncapi: '3.1.0',
    info: { title: 'Daybook topics', version: '1.0.0', description: DESCRIPTION },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [idOf(topic), channel(topic)])),
    operations: Object.fromEntries(topics.flatMap(operations)),
    components: {
      messages: Object.fromEntries(topics.map((topic) => [idOf(topic), message(topic)])),
      schemas: Object.fromEntries(
        topics.flatMap((topic) => [
          [idOf(topic), payload(currentSchemas().get(topic) as JsonSchema)],
          [`${idOf(topic)}Headers`, headers(topic)],
        ]),
      ),
      tags: Object.fromEntries(
        Object.entries(APPS).map(([name, description]) => [name, { name, description }]),
      ),
    },
  };
}

/** `daybook.purse-address.v1` as `purseAddress`. */
export function idOf(topic: Topic): string {
  const [name = ''] = shortName(topic).split('.');
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function channel(topic: Topic): Json {
  const { says } = TOPIC_NOTES[topic];
  const { partitions, retentionMs } = settingsOf(topic);
  return {
    address: topic,
    title: topic,
    description: `${says}\n\nKept: ${keptOf(topic)}`,
    messages: { [idOf(topic)]: { $ref: `#/components/messages/${idOf(topic)}` } },
    bindings: {
      kafka: {
        topic,
        partitions,
        topicConfiguration:
          retentionMs === null
            ? { 'cleanup.policy': ['compact'] }
            : { 'cleanup.policy': ['delete'], 'retention.ms': retentionMs },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function operations(topic: Topic): readonly (readonly [string, Json])[] {
  const { writer, readers, order, dedupe, gap } = TOPIC_NOTES[topic];
  const id = idOf(topic);
  const operation = (app: App, action: 'send' | 'receive', summary: string) =>
    [
      `${app === 'ledger' ? 'ledger' : 'watcher'}.${action}.${id}`,
      {
        action,
        channel: { $ref: `#/channels/${id}` },
        messages: [{ $ref: `#/channels/${id}/messages/${id}` }],
        summary,
        description: `Order: ${order}\n\nDuplicates: ${dedupe}\n\nGaps: ${gap}`,
        tags: [{ $ref: `#/components/tags/${app}` }],
      },
    ] as const;
  return [
    operation(writer, 'send', `The ${writer} writes ${topic}, at least once.`),
    ...readers.map((app) => operation(app, 'receive', `The ${app} reads ${topic}.`)),
  ];
}

/** The message of a topic, with the golden messages as examples. */
export function message(topic: Topic) {
  const { key, keyPattern, says } = TOPIC_NOTES[topic];
  const { title } = currentSchemas().get(topic) as { title: string };
  return {
    name: title,
    title,
    summary: says,
    contentType: 'application/json',
    headers: { $ref: `#/components/schemas/${idOf(topic)}Headers` },
    payload: { $ref: `#/components/schemas/${idOf(topic)}` },
    bindings: {
      kafka: {
        key: { type: 'string', pattern: keyPattern, description: key },
        bindingVersion: KAFKA_BINDING,
      },
    },
    examples: goldenMessages(topic).map((golden) => ({
      name: golden.name,
      headers: golden.headers,
      payload: golden.value,
    })),
  };
}

/** The attributes of CloudEvents as headers; a reader ignores others. */
function headers(topic: Topic): Json {
  const text = (description: string, more: Json = {}) => ({ type: 'string', description, ...more });
  return {
    type: 'object',
    additionalProperties: true,
    required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
    properties: {
      'content-type': { const: 'application/json' },
      ce_specversion: { const: '1.0' },
      ce_id: text('The same in every delivery. Together with ce_source it identifies the event.'),
      ce_source: text('The writer, such as /daybook/ledger.', { format: 'uri-reference' }),
      ce_type: text(TOPIC_NOTES[topic].types, { pattern: '^daybook\\.' }),
      ce_subject: text('The subject, such as purse/<id>.'),
      ce_time: text('When it happened.', { format: 'date-time' }),
      ce_dataschema: text('The schema of the data.', { const: `urn:daybook:schema:${topic}` }),
      ce_partitionkey: text('The key of the record.'),
      ce_sequence: text(
        'The position in the event log, padded so that strings compare like numbers.',
        {
          pattern: '^[0-9]{20}$',
        },
      ),
      ce_log: text(
        'Identity and epoch of the event log in which positions are, where the ledger writes: they mean something there only. In a new epoch the event LogEpochBegun says from where earlier messages are void.',
        { pattern: '^[-0-9a-f]{36}\\.[1-9][0-9]*$' },
      ),
      ce_traceparent: text('W3C trace context of the request or message that led to the event.'),
    },
  };
}

/**
 * A schema for an AsyncAPI document: without references, and with keywords of draft 07, which have the
 * same meaning there.
 */
function payload(schema: JsonSchema): unknown {
  const { $schema: _, $id: __, $defs = {}, ...rest } = schema as { [keyword: string]: unknown };
  const inline = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(inline);
    if (typeof part !== 'object' || part === null) return part;
    const { $ref, ...others } = part as { readonly $ref?: string; readonly [key: string]: unknown };
    if ($ref !== undefined) return inline(($defs as Json)[$ref.slice('#/$defs/'.length)]);
    return Object.fromEntries(Object.entries(others).map(([name, of]) => [name, inline(of)]));
  };
  return inline(rest);
}
