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
    expect(fold(log, [a.logBegun()])).toEqual({ ...begun, epoch: 1, ended: [] });
    given(a.logBegun()).when(beginEpoch).emits(a.logEpochBegun());
    const ended = [{ epoch: 1, validThrough }];
    expect(fold(log, [a.logBegun(), a.logEpochBegun()])).toEqual({ ...begun, epoch: 2, ended });
  });

  it('begins each epoch once, never an earlier one, and none on a log that has not begun', () => {
    given(a.logBegun(), a.logEpochBegun()).when(beginEpoch).changesNothing();
    given(a.logBegun())
      .when({ ...beginEpoch, epoch: 1 })
      .changesNothing();
    given().when(beginEpoch).changesNothing();
  });

  it('leaves out the epochs that it lost itself, which end with the one before', () => {
    const third = a.logEpochBegun({ epoch: 3 });
    given(a.logBegun())
      .when({ ...beginEpoch, epoch: 3 })
      .emits(third);
    expect(fold(log, [a.logBegun(), third])).toMatchObject({
      epoch: 3,
      ended: [{ epoch: 2, validThrough }],
    });
  });
});
