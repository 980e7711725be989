import * as a from '../testing/a';
import { specification } from '../testing/specification';
import { loss } from './loss';

const given = specification(loss);
const { recordedAt: at, ...lost } = a.lossRecorded().data;

describe('what the log has lost for good', () => {
  it('is recorded once, with its account and what was known of it', () => {
    given()
      .when({ type: 'RecordLoss', ...lost, at })
      .emits(a.lossRecorded())
      .when({ type: 'RecordLoss', ...lost, at })
      .changesNothing();
  });
});
