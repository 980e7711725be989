import { requireReason } from './customer';
import { DomainError } from './errors';

/** The longest reference of an operator's act. */
export const REFERENCE_LENGTH_MAX = 128;

/** What an operator says of an act. Kept as evidence. */
export interface Act {
  readonly reason: string;
  /** The operator's own name for the act, such as the number of a case. It is used once in a stream. */
  readonly reference: string;
}

/** An act in the history of a stream. */
export interface PastAct<Type extends string = string> extends Act {
  readonly type: Type;
  /** What else the act was about, as one text. */
  readonly about?: string;
}

/** Refuses with `invalid-reason`, `invalid-reference`. */
export function requireAct({ reason, reference }: Act): void {
  requireReason(reason);
  if (reference.trim() !== '' && reference.length <= REFERENCE_LENGTH_MAX) return;
  const sentence = `A reference has 1 to ${REFERENCE_LENGTH_MAX} characters; it is used once.`;
  throw new DomainError('invalid-reference', sentence);
}

/** Whether this is the last act once more. Refuses with `reference-reused` what another act has used. */
export function isRepeat(act: PastAct, acts: readonly PastAct[] = []): boolean {
  const index = acts.findLastIndex(({ reference }) => reference === act.reference);
  const known = acts[index];
  if (known === undefined) return false;
  const isLast = index === acts.length - 1;
  const isSame =
    known.type === act.type && known.reason === act.reason && known.about === act.about;
  if (isLast && isSame) return true;
  throw referenceReused(act);
}

/** The refusal of a reference that another act has used. */
export function referenceReused({ reference }: Pick<Act, 'reference'>): DomainError {
  return new DomainError('reference-reused', `The reference ${reference} is taken.`);
}
