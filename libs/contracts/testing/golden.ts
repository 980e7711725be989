import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../golden');

/** A message as it stands in a topic; its value is JSON text there. */
export interface GoldenMessage {
  readonly topic: string;
  /** What the message shows, such as `final-by-depth`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The golden messages of a topic, by name. */
export function goldenMessages(topic: string): readonly GoldenMessage[] {
  return readdirSync(join(FOLDER, topic)).map((file) => ({
    topic,
    name: file.slice(0, -'.json'.length),
    ...JSON.parse(readFileSync(join(FOLDER, topic, file), 'utf8')),
  }));
}

/** One golden message. Throws when there is none of that name. */
export function goldenMessage(topic: string, name: string): GoldenMessage {
  const found = goldenMessages(topic).find((message) => message.name === name);
  if (!found) throw new Error(`There is no golden message ${topic}/${name}.json.`);
  return found;
}
