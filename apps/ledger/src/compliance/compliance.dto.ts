import { ChoiceField, IdField, ReasonField, ReferenceField } from '../edge/fields';

const DECISIONS = ['approve', 'decline'] as const;
export type ReviewDecision = (typeof DECISIONS)[number];

export class DecideReviewRequest {
  @IdField()
  readonly replenishmentId!: string;

  @ChoiceField(DECISIONS)
  readonly decision!: ReviewDecision;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}
