import { failuresOf, inWords, type JestReport, type Run, slowest } from './summary';

const suite = (name: string, seconds: number, failed: readonly string[] = []) => ({
  ...{ name: `/repository/${name}`, message: '', startTime: 1_000, endTime: 1_000 + seconds * 1e3 },
  status: failed.length > 0 ? 'failed' : 'passed',
  assertionResults: [
    { fullName: 'it works', status: 'passed', failureMessages: [] },
    ...failed.map((fullName) => ({
      ...{ fullName, status: 'failed' },
      failureMessages: ['\u001b[31mError: too late\u001b[39m\n    at somewhere'],
    })),
  ],
});

function run(number: number, testResults: JestReport['testResults'] | null): Run {
  const report = testResults && { testResults };
  return {
    number,
    seed: 100 + number,
    isLoaded: number === 2,
    seconds: 12.4,
    report,
    log: 'a.log',
  };
}

it('names each failure with its suite, its seed and why, and how to repeat it', () => {
  const broken = { ...suite('test/c.int.spec.ts', 1), status: 'failed', message: 'No module x\n' };
  const runs = [
    run(1, [suite('test/a.int.spec.ts', 1)]),
    run(2, [suite('test/a.int.spec.ts', 3, ['is exact']), broken]),
    run(3, null),
  ];
  const failures = failuresOf(runs, '/repository');
  expect(failures.map(({ suite, title, why }) => [suite, title, why])).toEqual([
    ['test/a.int.spec.ts', 'is exact', 'Error: too late'],
    ['test/c.int.spec.ts', 'the whole suite', 'No module x'],
    [null, 'jest', 'It ended without a report.'],
  ]);
  const words = inWords(runs, '/repository');
  expect(words).toContain('Run 1, seed 101: passed in 12 s.');
  expect(words).toContain('Run 2, seed 102: 2 failed in 12 s, beside a process that ate a core.');
  expect(words).toContain('npm run test:again -- test/a.int.spec.ts --seed 102 --times 1');
});

it('lists the slowest suites by their longest run', () => {
  const runs = [1, 5, 3].map((seconds, i) =>
    run(i, [suite('test/a.int.spec.ts', seconds), suite('test/b.int.spec.ts', 4)]),
  );
  expect(slowest(runs, '/repository')).toEqual([
    { suite: 'test/a.int.spec.ts', median: 3, longest: 5 },
    { suite: 'test/b.int.spec.ts', median: 4, longest: 4 },
  ]);
});
