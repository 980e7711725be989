import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { replenishment } from './replenishment';
import {
  creditingFinality,
  type Finality,
  finalityOfText,
  finalityText,
  meetsFinality,
} from './transfer';

const given = specification(replenishment);
const record = a.recordTransfer;

const [safe, finalized] = [a.tagged('safe'), a.tagged('finalized')];
const depth = (confirmations: number): Finality => ({ kind: 'depth', confirmations });
const detected = a.replenishmentDetected({ version: 2 });
const noted = a.replenishmentVersionNoted({ version: 3 });
const waiting = 'awaiting-second-provider';

/** A final report of a newer watcher, which says what was passed. */
function final(version: number, finality: Finality, ...before: Finality[]) {
  const passed = [...before, finality].map(finalityText);
  return record({ status: 'final', version, finality, passed }, { requiredFinality: finalized });
}

describe('meetsFinality', () => {
  it.each<[Finality, Finality, boolean]>([
    [depth(12), depth(12), true],
    [depth(11), depth(12), false],
    [depth(4_000), safe, false],
    [depth(4_000), finalized, false],
    [safe, safe, true],
    [safe, depth(1), false],
    [safe, finalized, false],
    [finalized, finalized, true],
    [finalized, safe, true],
    [finalized, depth(4_000), true],
  ])('of %j where %j is required is %p', (reached, required, expected) => {
    expect(meetsFinality(reached, required)).toBe(expected);
  });
});

describe('finalityOfText', () => {
  it.each([depth(1), depth(4_096), safe, finalized])('reads what is written of %j', (finality) => {
    expect(finalityOfText(finalityText(finality))).toEqual(finality);
  });

  it.each(['', 'depth', 'depth:', 'depth:0', 'depth:-1', 'depth:1.5', 'tag:moon', 'tag:safe:1'])(
    'knows no policy %p',
    (text) => {
      expect(finalityOfText(text)).toBeNull();
    },
  );
});

describe('creditingFinality', () => {
  it('is the first of the passed policies that meets what is required', () => {
    const passed = ['depth:12', 'moon:full', 'tag:finalized'];
    expect(creditingFinality({ finality: safe, passed }, depth(12))).toEqual(depth(12));
    expect(creditingFinality({ finality: safe, passed }, finalized)).toEqual(finalized);
    expect(creditingFinality({ finality: safe, passed: ['tag:safe'] }, finalized)).toBeNull();
  });

  it('is whatever an older watcher called final, and whatever there is where nothing is required', () => {
    expect(creditingFinality({ finality: depth(3) }, finalized)).toEqual(depth(3));
    expect(creditingFinality({ finality: depth(3), passed: [] }, null)).toEqual(depth(3));
  });
});

describe('thresholds', () => {
  it('below the required one credit nothing, the required one once, and later ones nothing more', () => {
    given(detected)
      .when(final(3, depth(12)))
      .changesNothing()
      .when(final(4, safe, depth(12)))
      .emits(a.replenishmentLaterVersionNoted({ version: 4 }))
      .when(final(5, finalized, depth(12), safe))
      .emits(a.replenishmentConfirmed({ version: 5, finality: finalized }))
      .when(final(6, depth(40), depth(12), safe, finalized))
      .changesNothing();
  });

  it('are recorded as a detection when they come before it', () => {
    given()
      .when(final(3, depth(12)))
      .emits(a.replenishmentDetected({ version: 3 }));
  });

  it('credit when the required one was passed by a report that never came', () => {
    given(detected)
      .when(final(6, depth(40), finalized))
      .emits(a.replenishmentConfirmed({ version: 6, finality: finalized }));
  });

  it('start no second screening', () => {
    const screening = (version: number, finality: Finality) =>
      record({ status: 'final', version, finality, passed: [] }, { screening: true });
    given(detected)
      .when(screening(3, depth(12)))
      .emits(a.complianceCheckStarted({ version: 3, finality: depth(12) }))
      .when(screening(4, finalized))
      .changesNothing();
  });
});

describe('a transfer that waits for a second provider', () => {
  const wait = (version: number) => record({ version, waiting });

  it('is noted once with its reason, and credited when it is final', () => {
    given(detected)
      .when(wait(3))
      .emits(noted)
      .when(wait(4))
      .changesNothing()
      .when(final(5, finalized))
      .emits(a.replenishmentConfirmed({ version: 5, finality: finalized }));
  });

  it('is detected and noted when that is the first report', () => {
    given()
      .when(wait(3))
      .emits(a.replenishmentDetected({ version: 3 }), noted);
  });

  it('waits again in the block that a reorg puts it into', () => {
    given(detected, noted)
      .when(record({ status: 'reverted', version: 4 }))
      .emits(a.replenishmentReverted({ version: 4, credit: null }))
      .when(record({ version: 5, waiting, block: a.block('b') }))
      .emits(
        a.replenishmentDetected({ version: 5, block: a.block('b') }),
        a.replenishmentVersionNoted({ version: 5, block: a.block('b') }),
      );
  });

  it('is not noted when it is credited or rejected already', () => {
    given(detected, a.replenishmentConfirmed({ version: 3 }))
      .when(wait(4))
      .changesNothing();
    given(a.replenishmentRejected({ version: 3 }))
      .when(record({ version: 4, waiting }, { asset: null }))
      .changesNothing();
  });
});
