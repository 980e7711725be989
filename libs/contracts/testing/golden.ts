import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../golden');

/** A message of a topic. On the topic its value is JSON text. */
export interface GoldenMessage {
  readonly topic: string;
  /** The case that the message is an example of, such as `final-by-depth`. */
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

/** One golden message. Throws if no message has this name. */
export function goldenMessage(topic: string, name: string): GoldenMessage {
  const found = goldenMessages(topic).find((message) => message.name === name);
  if (!found) throw new Error(`There is no golden message ${topic}/${name}.json.`);
  return found;
}
