import { TOPICS } from '../src';
import { goldenMessage } from './golden';
import { releasedSchemas, shortName } from './schema-files';
import { DAY_MS, keptOf, settingsOf, TOPIC_NOTES, type Topic } from './topic-notes';

const HEAD = `# Topics

The apps exchange messages on seven durable logs: Kafka topics, which others may read as well, or tables in PostgreSQL
when there is no broker. \`libs/contracts/testing/topics-page.ts\` generates this page. The same facts for machines are in
[\`asyncapi.json\`](../libs/contracts/asyncapi.json), the schemas in [\`schemas\`](../libs/contracts/schemas), and a message
of every kind in [\`golden\`](../libs/contracts/golden).
`;

const FOR_ALL = `## What holds for every topic

- **At least once.** A message is delivered again if the acknowledgement to its writer or its reader's offset was lost.
  Each topic below says how to recognise a duplicate. \`ce_source\` and \`ce_id\` together are the same in every delivery.
- **Order is kept per key**, not between keys. The number of partitions of a topic never changes; more partitions
  need a new topic, \`.v2\`.
- **The value is JSON in UTF-8, the attributes are headers**: CloudEvents 1.0 in binary content mode. \`ce_sequence\`, where
  present, is the position in the event log, padded to 20 digits so that strings compare like numbers.
  \`ce_traceparent\`, where present, is the trace of the request or message that led to the event.
- **Amounts are decimal strings of base units**, up to 2^256 - 1, because a JSON number cannot hold them. So are positions.
- **Ignore unknown properties and event types.** They were added later.
- **The apps park a message that breaks its schema**, together with its key. Do the same; never skip it.
`;

const EVOLVING = `## How to change a schema

Readers and writers are upgraded one by one, and topics are replayed from their start. So every version of a schema must
be able to read every other one (FULL_TRANSITIVE in schema registries). An **optional property** or a **case of a new event
type** may be added. An optional property may be removed; its name is never used for anything else. Every other change (a
required property, another type, enum member, pattern or limit) needs a new topic. The rules, with their reasons, are at
the top of \`libs/contracts/testing/compatibility.ts\`.

1. Change \`libs/contracts/schemas/<name>.json\` and the type in \`libs/contracts/src\`. Write in its description which messages lack the property.
2. Add golden messages with and without it. \`npx jest golden\` names the parts of a schema that no golden message covers.
3. Run \`DAYBOOK_RELEASE_SCHEMAS=1 npx jest released\`. It checks the change against every released version and adds it as
   the next one in \`schemas/released\`. A released file is never edited.
4. Run \`DAYBOOK_WRITE_DOCS=1 npx jest asyncapi topics-page\` to generate the documents. Commit all of it together.
5. Deploy readers that do not need the new property first. Use it when every writer sends it.
`;

/** The page `docs/topics.md`. */
export function topicsPage(): string {
  const topics = Object.values(TOPICS);
  return [HEAD, table(topics), FOR_ALL, ...topics.map(section), EVOLVING].join('\n');
}

function table(topics: readonly Topic[]): string {
  const rows = topics.map((topic) => {
    const { partitions, retentionMs } = settingsOf(topic);
    const { writer, readers } = TOPIC_NOTES[topic];
    const kept =
      retentionMs === null
        ? 'newest of each key (`compact`)'
        : `${retentionMs / DAY_MS} days (\`delete\`)`;
    const cells = [`\`${topic}\``, writer, readers.join(', ') || 'analytics', partitions, kept];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| topic | written by | read by | partitions | kept |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function section(topic: Topic): string {
  const { says, key, order, dedupe, gap, types, readBy, writer, sample } = TOPIC_NOTES[topic];
  const { headers, key: sampleKey, value } = goldenMessage(topic, sample);
  const name = shortName(topic);
  const version = releasedSchemas(topic).length;
  const shown = Object.entries(headers).map(([header, text]) => `${header}: ${text}`);
  return `## \`${topic}\`

${says}

| | |
|---|---|
| written by | ${writer} |
| read by | ${readBy} |
| key | ${key.replaceAll('|', '\\|')} |
| schema | [\`${name}.json\`](../libs/contracts/schemas/${name}.json), version ${version} |
| \`ce_type\` | ${types} |
| order | ${order} |
| repetitions | ${dedupe} |
| gaps | ${gap} |
| kept | ${keptOf(topic)} |

\`\`\`
key: ${sampleKey}
${shown.join('\n')}
\`\`\`
\`\`\`json
${JSON.stringify(value, null, 2)}
\`\`\`
`;
}
