import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { fold } from './decider';
import { type KeyClaimCommand, keyClaim } from './key-claim';

const given = specification(keyClaim);
const claimed = a.idempotencyKeyClaimed();
const { commandId, request } = claimed.data;
const unchanged = a.claimedRequestChangedNothing();

const claim = (more: Partial<KeyClaimCommand> = {}): KeyClaimCommand => ({
  ...{ type: 'ClaimKey', commandId, request, unchanged: null },
  ...more,
});

describe('an Idempotency-Key', () => {
  it('is claimed once', () => {
    given().when(claim()).emits(claimed).when(claim()).changesNothing();
  });

  it('is claimed by a request that changes nothing, with where that was found', () => {
    given()
      .when(claim({ unchanged: unchanged.data }))
      .emits(claimed, unchanged)
      .when(claim({ unchanged: { ...unchanged.data, revision: '9' } }))
      .changesNothing();
  });

  it('has one such finding for each stream of the request', () => {
    const other = { stream: 'purse-p', revision: '-1' };
    given(claimed)
      .when(claim({ unchanged: unchanged.data }))
      .emits(unchanged)
      .when(claim({ unchanged: other }))
      .emits(a.claimedRequestChangedNothing(other));
    const events = [claimed, unchanged, a.claimedRequestChangedNothing(other)];
    expect(fold(keyClaim, events)).toEqual({
      ...{ status: 'claimed', request },
      unchanged: { [unchanged.data.stream]: '3', 'purse-p': '-1' },
    });
  });
});
