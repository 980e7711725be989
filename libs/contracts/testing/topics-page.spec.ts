import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPIC_SETTINGS, TOPICS } from '../src';
import { asyncApi } from './asyncapi';
import { goldenMessages } from './golden';
import { settingsOf, TOPIC_NOTES } from './topic-notes';
import { topicsPage } from './topics-page';

const PAGE = join(__dirname, '../../../docs/topics.md');

it('holds docs/topics.md true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest topics-page)', () => {
  if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(PAGE, topicsPage());
  expect(readFileSync(PAGE, 'utf8')).toBe(topicsPage());
});

it('knows settings and notes of every topic, and of no other', () => {
  const topics = new Set<string>(Object.values(TOPICS));
  expect(new Set(TOPIC_SETTINGS.map(({ name }) => name))).toEqual(topics);
  expect(new Set(Object.keys(TOPIC_NOTES))).toEqual(topics);
});

describe.each(Object.values(TOPICS))('%s', (topic) => {
  it('is on the page, with its settings', () => {
    const page = readFileSync(PAGE, 'utf8');
    const row = page.split('\n').find((line) => line.startsWith(`| \`${topic}\` |`));
    expect(row).toContain(`| ${settingsOf(topic).partitions} |`);
    expect(page).toContain(`## \`${topic}\``);
  });

  it('is in the AsyncAPI document, with its settings', () => {
    const channels = Object.values(asyncApi().channels);
    const { partitions, retentionMs } = settingsOf(topic);
    const policy = [retentionMs === null ? 'compact' : 'delete'];
    expect(channels.filter(({ address }) => address === topic)).toMatchObject([
      {
        bindings: {
          kafka: { topic, partitions, topicConfiguration: { 'cleanup.policy': policy } },
        },
      },
    ]);
  });

  it('has golden messages of the types that are named', () => {
    const named = [...TOPIC_NOTES[topic].types.matchAll(/`(daybook[^`<>]+)`/g)].map(
      ([, type]) => type,
    );
    const shown = new Set(goldenMessages(topic).map(({ headers }) => headers.ce_type));
    expect([...shown]).toEqual(expect.arrayContaining(named));
  });
});

describe('previousPosition', () => {
  it('finds a message that is missing, and none where there is none', () => {
    const events = goldenMessages(TOPICS.ledgerEvent)
      // The same events, as they were published before a field was added.
      .filter(({ name }) => !name.startsWith('of-an-older-'))
      .map(({ key, value }) => ({
        key,
        ...(value as { position: string; previousPosition: string }),
      }))
      .sort((a, b) => Number(a.position) - Number(b.position));
    expect(gaps(events)).toEqual([]);
    // Nothing comes after the last event of a key, so its loss cannot show.
    const followed = events.filter((event, i) =>
      events.slice(i).some(({ key }, j) => j && key === event.key),
    );
    expect(followed.length).toBeGreaterThan(10);
    for (const lost of followed) expect(gaps(events.filter((e) => e !== lost))).toHaveLength(1);
  });
});

interface Placed {
  readonly key: string;
  readonly position: string;
  readonly previousPosition: string | null;
}

/** The recipe of the page: the events before which something is missing. */
function gaps(events: readonly Placed[]): readonly Placed[] {
  const last = new Map<string, string>();
  return events.filter(({ key, position, previousPosition }) => {
    const known = last.get(key) ?? null;
    last.set(key, position);
    return previousPosition !== known;
  });
}
