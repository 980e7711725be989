import { knownEnd } from './appender';

/** A log whose end is told when the test says so. */
function aLog() {
  const questions: ((position: bigint) => void)[] = [];
  const end = knownEnd(() => new Promise((resolve) => void questions.push(resolve)));
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  return { end, questions, turns };
}

describe('the known end of the log', () => {
  it('is asked for once by all who come before the question, and anew by who comes after it', async () => {
    const { end, questions, turns } = aLog();
    const early = [end.get(), end.get()];
    await turns();
    expect(questions).toHaveLength(1);
    const late = [end.get(), end.get()];
    await turns();
    expect(questions).toHaveLength(1);
    questions[0]?.(10n);
    expect(await Promise.all(early)).toEqual([10n, 10n]);
    await turns();
    expect(questions).toHaveLength(2);
    questions[1]?.(20n);
    expect(await Promise.all(late)).toEqual([20n, 20n]);
  });

  it('never goes back, and counts what was heard otherwise', async () => {
    const { end, questions, turns } = aLog();
    end.reached(30n);
    const asked = end.get();
    await turns();
    questions[0]?.(10n);
    expect(await asked).toBe(30n);
  });

  it('fails for who asked, and is asked for again by the next', async () => {
    let failures = 1;
    const end = knownEnd(async () => {
      if (failures-- > 0) throw new Error('The store is not reached.');
      return 5n;
    });
    await expect(end.get()).rejects.toThrow('not reached');
    expect(await end.get()).toBe(5n);
  });
});
