import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { replenishment } from './replenishment';

const given = specification(replenishment);

const record = a.recordTransfer;

const seen = a.replenishmentSeen({ version: 1 });
const detected = a.replenishmentDetected({ version: 2 });
const confirmed = a.replenishmentConfirmed({ version: 3 });

describe('a report that is not newer than what is known', () => {
  it.each(['seen', 'detected', 'final', 'reverted', 'dropped', 'failed'] as const)(
    'changes nothing when it says %s',
    (status) => {
      given(seen)
        .when(record({ status, version: 1 }))
        .changesNothing();
      given(detected)
        .when(record({ status, version: 2 }))
        .changesNothing();
      given(detected)
        .when(record({ status, version: 1 }))
        .changesNothing();
      given(detected, confirmed)
        .when(record({ status, version: 3 }))
        .changesNothing();
      given(detected, confirmed)
        .when(record({ status, version: 2 }))
        .changesNothing();
    },
  );

  it('changes nothing with another amount, recipient or block either', () => {
    given(detected, confirmed)
      .when(record({ status: 'final', version: 3, amount: 9n, to: '0x1', block: a.block('b') }))
      .changesNothing();
  });
});

describe('a watcher that was wiped and reports everything again with newer versions', () => {
  const again = (status: 'seen' | 'detected' | 'final', version: number) =>
    record({ status, version });

  /** The version is kept, and nothing else changes. */
  const kept = (version: number) => a.replenishmentLaterVersionNoted({ version });

  it('changes nothing that is booked', () => {
    given(detected, confirmed)
      .when(again('seen', 11))
      .changesNothing()
      .when(again('detected', 12))
      .emits(kept(12))
      .when(again('final', 13))
      .changesNothing()
      .when(again('final', 14))
      .emits(kept(14))
      .when(record({ status: 'reverted', version: 13 }))
      .changesNothing();
  });

  it('changes nothing that is detected until it is final', () => {
    given(detected)
      .when(again('seen', 11))
      .changesNothing()
      .when(again('detected', 12))
      .emits(kept(12))
      .when(again('final', 13))
      .emits(a.replenishmentConfirmed({ version: 13 }));
  });

  it('changes nothing that is being screened or was declined', () => {
    const screening = a.complianceCheckStarted({ version: 3 });
    for (const history of [[screening], [screening, a.replenishmentDeclined({ version: 3 })]]) {
      given(detected, ...history)
        .when(record({ status: 'detected', version: 12 }, { screening: true }))
        .emits(kept(12))
        .when(record({ status: 'final', version: 13 }, { screening: true }))
        .changesNothing()
        .when(again('final', 14))
        .emits(kept(14));
    }
  });

  it('never takes back what is booked because the registry has changed since', () => {
    for (const asset of [null, a.asset({ minimum: 10n ** 30n })]) {
      given(detected, confirmed)
        .when(record({ status: 'detected', version: 12 }, { asset }))
        .emits(kept(12))
        .when(record({ status: 'final', version: 13 }, { asset }))
        .changesNothing();
    }
  });

  it('credits a token that was unknown when it came and is registered now', () => {
    given(a.replenishmentRejected({ version: 3 }))
      .when(record({ status: 'detected', version: 12 }))
      .emits(a.replenishmentDetected({ version: 12 }))
      .when(record({ status: 'final', version: 13 }))
      .emits(a.replenishmentConfirmed({ version: 13 }));
  });

  it('credits it by the latest report once more, also when only its version was kept', () => {
    given(a.replenishmentRejected({ version: 3 }))
      .when(record({ status: 'final', version: 9 }, { asset: null }))
      .emits(kept(9))
      .when(record({ status: 'final', version: 9 }))
      .emits(a.replenishmentDetected({ version: 9 }), a.replenishmentConfirmed({ version: 9 }));
  });

  it('credits it by the latest report once more, which a rescan brings, and by none before that', () => {
    given(a.replenishmentRejected({ version: 3 }))
      .when(record({ status: 'detected', version: 2 }))
      .changesNothing()
      .when(record({ status: 'final', version: 3 }, { asset: null }))
      .changesNothing()
      .when(record({ status: 'final', version: 3 }))
      .emits(a.replenishmentDetected({ version: 3 }), a.replenishmentConfirmed({ version: 3 }))
      .when(record({ status: 'final', version: 3 }))
      .changesNothing();
  });
});

describe('a report of a block that names none', () => {
  it('changes nothing', () => {
    for (const history of [[], [seen], [detected], [detected, confirmed]]) {
      for (const status of ['detected', 'final', 'failed'] as const) {
        given(...history)
          .when(record({ status, version: 9, block: null }))
          .changesNothing()
          .when(record({ status, version: 9, block: null, amount: 9n }))
          .changesNothing();
      }
    }
  });

  it('is only a detection when it is final without its policy', () => {
    given()
      .when(record({ status: 'final', version: 2, finality: null }))
      .emits(detected);
  });
});
