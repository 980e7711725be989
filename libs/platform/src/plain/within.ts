/** There was no answer in time. The work may have been done or not. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** The result of `work`. Rejects with `TimedOut` and `sentence` as its message if it takes longer. */
export function within<T>(work: Promise<T>, timeoutMs: number, sentence: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimedOut(sentence)), timeoutMs);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
