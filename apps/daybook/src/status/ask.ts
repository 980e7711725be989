/** What has not answered by then is said not to answer. */
export const ANSWER_TIMEOUT_MS = 5_000;

export interface Asked<T> {
  readonly value: T | null;
  /** Why there is no value. */
  readonly reason: string | null;
}

/** What was answered, or why nothing was, after a few seconds at most. Never rejects. */
export async function asked<T>(answer: Promise<T>): Promise<Asked<T>>;
export async function asked<T, R>(answer: Promise<T>, of: (value: T) => R): Promise<Asked<R>>;
export async function asked<T>(answer: Promise<T>, of = (value: T): unknown => value) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `no answer in ${ANSWER_TIMEOUT_MS / 1000} s.`;
    timer = setTimeout(() => reject(new Error(sentence)), ANSWER_TIMEOUT_MS);
  });
  try {
    return { value: of(await Promise.race([answer, late])), reason: null };
  } catch (error) {
    return { value: null, reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Why something failed: of several causes the first, of a chain the last. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
