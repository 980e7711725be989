import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANNOTATIONS, type JsonSchema } from './shapes';

const SCHEMAS = join(__dirname, '../schemas');
const RELEASED = join(SCHEMAS, 'released');

/** The schema of every topic, by the topic's name. */
export function currentSchemas(): ReadonlyMap<string, JsonSchema> {
  const files = readdirSync(SCHEMAS).filter((file) => file.endsWith('.json'));
  return new Map(
    files.sort().map((file) => [`daybook.${file.slice(0, -5)}`, readJson(join(SCHEMAS, file))]),
  );
}

/** Every released version of a topic's schema, oldest first. */
export function releasedSchemas(topic: string): readonly JsonSchema[] {
  const folder = releasedFolder(topic);
  const versions = readdirSync(folder).length;
  return Array.from({ length: versions }, (_, i) => readJson(join(folder, `${i + 1}.json`)));
}

/** Releases the current schema of a topic as its next version. */
export function release(topic: string): void {
  const next = releasedSchemas(topic).length + 1;
  const text = readFileSync(join(SCHEMAS, `${shortName(topic)}.json`));
  writeFileSync(join(releasedFolder(topic), `${next}.json`), text);
}

export function shortName(topic: string): string {
  return topic.slice('daybook.'.length);
}

/** The schema without annotations, so that two versions that differ only in texts are equal. */
export function rules(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rules);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (ANNOTATIONS.includes(keyword) && !isSchema(value)) return [];
      return [[keyword, rules(value)]];
    }),
  );
}

/** Whether a value is a schema. A property may itself be called `description`. */
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function releasedFolder(topic: string): string {
  return join(RELEASED, shortName(topic));
}

function readJson(path: string): JsonSchema {
  return JSON.parse(readFileSync(path, 'utf8'));
}
