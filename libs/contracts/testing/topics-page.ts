import { TOPICS } from '../src';
import { goldenMessage } from './golden';
import { releasedSchemas, shortName } from './schema-files';
import { DAY_MS, keptOf, settingsOf, TOPIC_NOTES, type Topic } from './topic-notes';

const HEAD = `# Topics

The apps meet on five durable logs, and anybody may read them: Kafka topics, or tables in PostgreSQL when there is no
broker (only the apps read those). This page is made by \`libs/contracts/testing/topics-page.ts\`; the same facts for
machines are in [\`asyncapi.json\`](../libs/contracts/asyncapi.json), the schemas in
[\`schemas\`](../libs/contracts/schemas), a message of every kind in [\`golden\`](../libs/contracts/golden).
`;

const FOR_ALL = `## What holds for every topic

- **At least once.** A message comes again when its writer, or your own reader, did not learn that it had been stored.
  Each topic below says by what a repetition is told. Headers name the event as well: \`ce_source\` and \`ce_id\` together
  are the same in every delivery.
- **Order is kept per key**, and only there. The number of partitions of a topic never changes; a topic that needs more
  is a new one, \`.v2\`.
- **The value is JSON in UTF-8, the attributes are headers**: CloudEvents 1.0 in binary content mode. \`ce_sequence\`, where
  there is one, is the position in the ledger's log, padded to 20 digits so that texts compare like numbers.
  \`ce_traceparent\` is the trace in which the event began.
- **Amounts are decimal strings of base units**, up to 2^256 - 1: no number of JSON holds them. So are positions.
- **Bear with what you do not know**: another property, another event type. It was added.
- **A message that breaks its schema is parked**, with its key, by the apps; do the same rather than skip it.
`;

const EVOLVING = `## How to change a schema

Readers and writers are rolled one by one, and topics are replayed from their start: every version of a schema must read
every other one (registries say FULL_TRANSITIVE). So an **optional property** or a **case of a new event type** may be added,
and an optional property may go; its name is never used for anything else. Everything else (a required property, another
type, enum member, pattern or limit) is a new topic. The rules, with their reasons, are in the head of
\`libs/contracts/testing/compatibility.ts\`.

1. Change \`libs/contracts/schemas/<name>.json\` and the type in \`libs/contracts/src\`. Say in the type since when the property
   is absent.
2. Add golden messages, with it and without it: \`npx jest golden\` says what is not shown yet.
3. \`DAYBOOK_RELEASE_SCHEMAS=1 npx jest released\` checks the change against every version that was ever released and adds it
   as the next one in \`schemas/released\`. A released file is never edited.
4. \`DAYBOOK_WRITE_DOCS=1 npx jest asyncapi topics-page\` writes the documents again. All of it is one commit.
5. Roll out readers that need nothing of the new property first; use it when every writer has it.
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
