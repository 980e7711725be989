import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { arbitraryMessage } from './arbitrary-messages';
import { arbitraryPair, arbitrarySchema } from './arbitrary-schemas';
import { refusals } from './compatibility';
import { currentSchemas, releasedSchemas } from './schema-files';
import { type JsonSchema, shapesOf } from './shapes';

const MESSAGES = 20;

function accepts(schema: JsonSchema): (message: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  const { $id, ...anonymous } = schema as { $id?: string };
  return ajv.compile(anonymous);
}

/** Messages that a writer of the schema sends. */
function sentBy(writer: JsonSchema, seed?: number): readonly unknown[] {
  const parameters = { numRuns: MESSAGES, ...(seed === undefined ? {} : { seed }) };
  return fc.sample(arbitraryMessage(shapesOf(writer)), parameters);
}

describe('messages of any schema', () => {
  it('are accepted by every schema that is called compatible', () => {
    let compatible = 0;
    void fc.assert(
      fc.property(arbitraryPair, fc.integer(), ([writer, reader], seed) => {
        if (refusals(shapesOf(reader), shapesOf(writer), '').length > 0) return;
        compatible += 1;
        const read = accepts(reader);
        expect(sentBy(writer, seed).filter((message) => !read(message))).toEqual([]);
      }),
      { numRuns: 200 },
    );
    // Otherwise the property would prove nothing.
    expect(compatible).toBeGreaterThan(50);
  });

  it('are compatible with their own schema', () => {
    void fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        expect(refusals(shapesOf(schema), shapesOf(schema), '')).toEqual([]);
      }),
    );
  });
});

describe.each([...currentSchemas().keys()])('messages of %s', (topic) => {
  it('are accepted by the readers of every version, whichever version wrote them', () => {
    const versions = releasedSchemas(topic);
    const sent = versions.flatMap((version) => sentBy(version));
    const refused = versions.map(accepts).flatMap((read) => sent.filter((it) => !read(it)));
    expect(refused).toEqual([]);
  });
});
