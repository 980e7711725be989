import { createInternalsJudge } from './internal-transactions';

function judged(...counts: { calls: number; withInternals: number }[]) {
  const judge = createInternalsJudge();
  for (const each of counts) judge.note(each);
  return judge.result();
}

describe('whether a node keeps internal transactions', () => {
  it('is unknown until there were enough calls', () => {
    expect(judged().state).toBe('unknown');
    expect(judged({ calls: 4_999, withInternals: 0 }).state).toBe('unknown');
  });

  it('is denied after many successful calls without any', () => {
    const note = judged({ calls: 4_999, withInternals: 0 }, { calls: 1, withInternals: 0 });
    expect(note).toMatchObject({
      state: 'wrong',
      sentence: expect.stringContaining('of the 5000'),
    });
    expect(note.sentence).toContain('vm.saveInternalTx = true');
  });

  it('is certain from the first one on', () => {
    const one = judged({ calls: 1, withInternals: 1 }, { calls: 9_999, withInternals: 0 });
    expect(one.state).toBe('fine');
    const late = judged({ calls: 9_999, withInternals: 0 }, { calls: 1, withInternals: 1 });
    expect(late.state).toBe('fine');
  });
});
