import { isDeepStrictEqual } from 'node:util';
import Ajv2020 from 'ajv/dist/2020';
import { TOPICS } from '../src';
import { incompatibilities } from './compatibility';
import { currentSchemas, release, releasedSchemas, rules } from './schema-files';

/** Set to release changed schemas as their next versions. Commit the new files together with the change. */
const RELEASES = process.env.DAYBOOK_RELEASE_SCHEMAS === '1';

const current = [...currentSchemas()];

it('has a schema for every topic', () => {
  expect(new Set(current.map(([topic]) => topic))).toEqual(new Set(Object.values(TOPICS)));
});

describe.each(current)('%s', (topic, schema) => {
  it('is a valid schema', () => {
    expect(new Ajv2020().validateSchema(schema)).toBe(true);
  });

  const found = () =>
    releasedSchemas(topic).flatMap((older, i) =>
      incompatibilities(older, schema).map((what) => `version ${i + 1}: ${what}`),
    );

  it('is compatible with every version ever released, both ways', () => {
    expect(found()).toEqual([]);
  });

  it('is the last version released (else: DAYBOOK_RELEASE_SCHEMAS=1 npx jest released)', () => {
    const last = () => rules(releasedSchemas(topic).at(-1));
    const changed = !isDeepStrictEqual(last(), rules(schema));
    if (RELEASES && changed && found().length === 0) release(topic);
    expect(last()).toEqual(rules(schema));
  });
});
