import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingOf, NEEDS, type Need, noticeOf, titleOf } from './needs';

import NotRunReporter = require('./not-run-reporter.cjs');

import { needsOf, realSuites, wantedNeeds } from './wanted-needs';

const ROOT = join(__dirname, '..');
const ALL = Object.keys(NEEDS) as Need[];

/** By what a suite uses one sees what it needs. */
const SIGNS: readonly (readonly [RegExp, Need])[] = [
  [/\bstartKafkaBroker\(|'keytool'/, 'java'],
  [/\bkafkaBrokers\(|\bnew KafkaFixture\(/, 'kafka'],
  [/\bTestBrowser\b/, 'browser'],
  [/\bcertificateFolder\(|'openssl'/, 'openssl'],
];

describe('what tests need of the machine', () => {
  it('is said by every suite that needs it', () => {
    const unsaid = realSuites(ROOT).flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const said = needsOf(text);
      const needs = SIGNS.filter(([sign]) => sign.test(text)).map(([, need]) => need);
      // Who starts a broker of its own needs no shared one.
      const unmet = needs.filter(
        (need) => !said.has(need) && !(need === 'kafka' && said.has('java')),
      );
      return unmet.map((need) => `${file}: describeWith('${need}', …)`);
    });
    expect(unsaid).toEqual([]);
  });

  it('is found for the suites of a run, and for no others', () => {
    const wantedBy = (...patterns: string[]) =>
      wantedNeeds({ rootDir: ROOT, testPathPatterns: { patterns } });
    expect(new Set(wantedBy().keys())).toEqual(new Set(ALL));
    expect(wantedBy('browser.e2e')).toEqual(new Map([['browser', ['test/browser.e2e.spec.ts']]]));
    expect(wantedBy('libs/domain').size).toBe(0);
  });

  it('is missing on a machine without any of it, each with its reason', async () => {
    const missing = await missingOf(ALL, { PATH: '/nowhere' });
    expect(missing).toEqual({
      java: expect.stringContaining('`java` does not run'),
      kafka: expect.stringContaining('`java` does not run'),
      browser: expect.stringContaining('chromium'),
      openssl: expect.stringContaining('`openssl` does not run'),
    });
    const named = await missingOf(['kafka'], { PATH: '/nowhere', KAFKA_BROKERS: '127.0.0.1:9092' });
    expect(named).toEqual({});
  });

  it('is told at the start: what cannot run, why, and how to get it', () => {
    const wanted = new Map<Need, string[]>([['browser', ['test/browser.e2e.spec.ts']]]);
    expect(noticeOf({}, wanted)).toBe('');
    expect(noticeOf({ browser: 'None is installed.' }, wanted)).toBe(
      'NOT RUN, as this needs a browser:\n  test/browser.e2e.spec.ts\n' +
        'None is installed. Install Chromium; on Debian: apt-get install chromium.',
    );
  });

  it('is counted at the end, where tests did not run', () => {
    const said: string[] = [];
    const reporter = new NotRunReporter({}, { write: (text) => said.push(text) });
    const test = (...ancestorTitles: string[]) => ({ ancestorTitles });
    const ran = { testResults: [test('a'), test()] };
    reporter.onRunComplete({}, { testResults: [ran] });
    expect(said).toEqual([]);
    const missing = { browser: 'None is installed.', kafka: 'There is no Java.' };
    const one = titleOf('browser', 'in a browser', missing);
    const log = titleOf('kafka', 'Kafka log', missing);
    const skipped = { testResults: [test(one), test(log), test(log, 'publishing')] };
    reporter.onRunComplete({}, { testResults: [ran, skipped] });
    expect(said).toEqual([
      'NOT RUN: 1 test needs a browser. The start of this run says how to get it.\n',
      'NOT RUN: 2 tests need a Kafka broker. The start of this run says how to get it.\n',
    ]);
  });
});
