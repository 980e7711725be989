import { block, loadProving, withReceipt } from '../../testing/proving';
import { arrange } from './block-answer';
import { contentDigest } from './content-digest';

beforeAll(loadProving);

it('differs by a character of which only the low byte is the same', () => {
  const answer = block(1);
  function digestOf(data: string): string {
    const logs = answer.receipts[0]?.logs.map((log) => ({ ...log, data }));
    const changed = withReceipt(answer, 0, () => ({ logs }));
    return contentDigest(arrange(changed.block, changed.receipts));
  }
  expect(digestOf('0x31')).not.toBe(digestOf('0x3\u0131'));
});
