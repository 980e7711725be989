import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { fold } from './decider';
import { log } from './log';

const given = specification(log);
const { logId, streamPrefix } = a.logBegun().data;
const begin = { type: 'BeginLog', logId, streamPrefix, at: a.at } as const;
const { epoch, validThrough, reason } = a.logEpochBegun().data;
const beginEpoch = { type: 'BeginEpoch', epoch, validThrough, reason, at: a.at } as const;

describe('the identity of the event log', () => {
  it('is that of whoever begins the log first', () => {
    given().when(begin).emits(a.logBegun());
    given(a.logBegun())
      .when({ ...begin, logId: 'another' })
      .changesNothing();
  });

  it('is in the first epoch at its beginning, and in the next when that begins', () => {
    const begun = { status: 'begun', logId, streamPrefix };
    expect(fold(log, [a.logBegun()])).toEqual({ ...begun, epoch: 1 });
    given(a.logBegun()).when(beginEpoch).emits(a.logEpochBegun());
    expect(fold(log, [a.logBegun(), a.logEpochBegun()])).toEqual({ ...begun, epoch: 2 });
  });

  it('begins each epoch once, after the one before it, and none on a log that has not begun', () => {
    given(a.logBegun(), a.logEpochBegun()).when(beginEpoch).changesNothing();
    given(a.logBegun())
      .when({ ...beginEpoch, epoch: 3 })
      .changesNothing();
    given().when(beginEpoch).changesNothing();
  });
});
