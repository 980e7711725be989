/** There was no answer in time. That says nothing about whether the work was done. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** The result of `work`; rejects with a `TimedOut` that says `sentence` when it takes longer. */
export function within<T>(work: Promise<T>, timeoutMs: number, sentence: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimedOut(sentence)), timeoutMs);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
