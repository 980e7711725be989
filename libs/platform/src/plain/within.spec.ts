import { TimedOut, within } from './within';

const never = new Promise<never>(() => undefined);

describe('within', () => {
  it('gives the result of work that ends in time', async () => {
    await expect(within(Promise.resolve(1), 60_000, 'No answer.')).resolves.toBe(1);
    await expect(within(Promise.reject(new Error('no')), 60_000, 'No answer.')).rejects.toThrow(
      'no',
    );
  });

  it('rejects when the work takes longer', async () => {
    const late = within(never, 1, 'No answer within 1 ms.');
    await expect(late).rejects.toThrow(new TimedOut('No answer within 1 ms.'));
  });

  it('leaves no rejection unheard when the work fails later', async () => {
    let fail = (_: Error): void => undefined;
    const work = new Promise<never>((_, reject) => (fail = reject));
    await expect(within(work, 1, 'No answer.')).rejects.toBeInstanceOf(TimedOut);
    // An unheard rejection would end the test process.
    fail(new Error('too late to matter'));
    await new Promise(setImmediate);
  });
});
