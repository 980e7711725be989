import { type Measurement, median, takeTurns } from './measurement';
import type { AddressSetAnswer } from './processes/address-set.process';
import { askWorker } from './support/processes';

const MEGABYTE = 1e6;
/** Target: megabytes of the table for a million addresses. */
const TARGET_MB_A_MILLION = 40;
/** Of large tables. */
const LARGE_FROM = 1e7;
const TARGET_MB_A_MILLION_LARGE = 35;

/** The memory of a million addresses, and the speed of lookups. */
export const addresses: Measurement = {
  name: 'addresses',
  title: 'Table of watched addresses',

  async run({ settings, progress }) {
    const { addresses: count } = settings;
    const build = (kind: 'table' | 'set') => {
      progress.step(`${count.toLocaleString('en')} addresses in a ${kind}`, count, 'addresses');
      const options = { execArgv: ['--expose-gc', '--max-semi-space-size=16'] };
      return askWorker<AddressSetAnswer>('address-set', { kind, addresses: count }, options);
    };
    const runs = await takeTurns(settings.rounds, {
      table: () => build('table'),
      set: () => build('set'),
    });
    const grown = (answers: readonly AddressSetAnswer[]) =>
      median(answers.map((answer) => answer.residentBytes)) / MEGABYTE;
    const found = (answers: readonly AddressSetAnswer[]) =>
      median(answers.map((answer) => answer.lookUpsPerSecond)) / 1e6;
    const own = median(runs.table.map((answer) => answer.ownBytes ?? Number.NaN)) / MEGABYTE;
    const what = 'Set<string>';
    return [
      {
        name: `the table itself, ${count.toLocaleString('en')} addresses`,
        value: own,
        unit: 'MB',
        better: 'less',
        limit: { value: grown(runs.set), what: `${what}, growth of the process` },
        target: (targetOf(count) * count) / 1e6,
        notes: [`the process grew by ${grown(runs.table).toFixed(1)} MB`],
      },
      {
        name: 'look-ups, every second a hit',
        value: found(runs.table),
        unit: 'million/s',
        better: 'more',
        limit: { value: found(runs.set), what },
        target: null,
        notes: ['from fresh log topics'],
      },
    ];
  },
};

/** MB for each million. */
function targetOf(count: number): number {
  return count < LARGE_FROM ? TARGET_MB_A_MILLION : TARGET_MB_A_MILLION_LARGE;
}
