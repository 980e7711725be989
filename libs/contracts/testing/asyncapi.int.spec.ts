import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { TOPICS } from '../src';
import { asyncApi, idOf, message } from './asyncapi';
import { goldenMessages } from './golden';

const DOCUMENT = join(__dirname, '../asyncapi.json');
const PARSER_MS = 60_000;

interface Findings {
  readonly channels: readonly string[];
  readonly operations: readonly string[];
  readonly diagnostics: readonly string[];
}

/** Checks all documents in one process: loading the parser takes longer than parsing. */
function check(paths: readonly string[]): Findings[] {
  const script = join(__dirname, 'check-asyncapi.mjs');
  const options = { encoding: 'utf8', timeout: PARSER_MS } as const;
  return JSON.parse(execFileSync(process.execPath, [script, ...paths], options));
}

const text = () => `${JSON.stringify(asyncApi(), null, 2)}\n`;

it('holds asyncapi.json true (after a change: DAYBOOK_WRITE_DOCS=1 npx jest asyncapi)', () => {
  if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(DOCUMENT, text());
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(text());
});

let ours: Findings;
let faulty: Findings;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-asyncapi-'));
  const path = join(folder, 'asyncapi.json');
  writeFileSync(path, text().replace('"action": "receive"', '"action": "publish"'));
  [ours, faulty] = check([DOCUMENT, path]) as [Findings, Findings];
  rmSync(folder, { recursive: true });
});

it('is a valid AsyncAPI document of every topic', () => {
  const { channels, operations, diagnostics } = ours;
  expect(diagnostics).toEqual([]);
  expect(new Set(channels)).toEqual(new Set(Object.values(TOPICS)));
  expect(operations).toEqual(
    expect.arrayContaining(['watcher.send.transfer', 'ledger.receive.transfer']),
  );
});

it('is found to be invalid when an operation neither sends nor receives', () => {
  expect(faulty.diagnostics).toContainEqual(
    expect.stringContaining('"action" property must be equal'),
  );
});

describe.each(Object.values(TOPICS))('the examples of %s', (topic) => {
  // The keywords of AsyncAPI's own schemas are those of draft 07; its parser does not try examples.
  const ajv = new Ajv({ allowUnionTypes: true });
  addFormats(ajv);
  const { messages, schemas } = asyncApi().components;
  const { bindings, examples } = messages[idOf(topic)] as ReturnType<typeof message>;

  it('follow the schemas of headers and payload as the document has them', () => {
    const [isHeaders, isPayload] = [`${idOf(topic)}Headers`, idOf(topic)].map((name) =>
      ajv.compile(schemas[name] as object),
    );
    const wrong = examples.filter(
      (example) => !(isHeaders?.(example.headers) && isPayload?.(example.payload)),
    );
    expect(wrong).toEqual([]);
    expect(examples.length).toBeGreaterThan(2);
  });

  it('have keys of the form that the document says', () => {
    const isKey = ajv.compile(bindings.kafka.key);
    expect(goldenMessages(topic).filter(({ key }) => !isKey(key))).toEqual([]);
  });
});
