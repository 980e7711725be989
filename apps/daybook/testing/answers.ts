import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

export const SCHEMAS = join(__dirname, '../schemas');

const ajv = addFormats(new Ajv2020({ allErrors: true }));

/** The names of the shapes that commands answer in, such as `status`. */
export function shapes(): readonly string[] {
  return readdirSync(SCHEMAS).map((file) => file.replace('.v1.json', ''));
}

/** The answer of a command as JSON, after its schema has let it through. */
// biome-ignore lint/suspicious/noExplicitAny: the schema has just said what it is.
export function answerOf(shape: string, text: string): any {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, `${shape}.v1.json`), 'utf8'));
  const answer = JSON.parse(text);
  if (!ajv.validate(schema, answer)) {
    throw new Error(`${JSON.stringify(ajv.errors)}\n${text}`);
  }
  return answer;
}
