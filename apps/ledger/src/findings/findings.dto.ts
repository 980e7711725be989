import { FINDING_KINDS, type FindingKind } from '@daybook/domain';
import {
  ChoiceField,
  IdField,
  PatternField,
  ReasonField,
  ReferenceField,
  Requires,
} from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';

const STATUSES = ['open', 'closed'] as const;
const RESOLUTIONS = ['credit', 'note', 'rescan'] as const;
const CLAIMANTS = ['customer', 'account'] as const;

export class GetFindingRequest extends ReadRequest {
  @IdField()
  readonly findingId!: string;
}

export class ListFindingsRequest extends ListRequest {
  @ChoiceField(STATUSES, { optional: true })
  readonly status?: 'open' | 'closed';

  @ChoiceField(FINDING_KINDS, { optional: true })
  readonly kind?: FindingKind;

  @IdField({ optional: true })
  readonly purseId?: string;
}

export class GetAnyFindingRequest extends GetFindingRequest {}

export class ListAllFindingsRequest extends ListRequest {
  @IdField({ optional: true })
  readonly accountId?: string;

  @ChoiceField(STATUSES, { optional: true })
  readonly status?: 'open' | 'closed';

  @ChoiceField(FINDING_KINDS, { optional: true })
  readonly kind?: FindingKind;
}

function BlockField(): PropertyDecorator {
  return PatternField({
    pattern: /^(0|[1-9][0-9]{0,14})$/,
    max: 15,
    sentence: 'must be a whole number from 0 to 999999999999999, such as 19000000.',
    optional: true,
  });
}

@Requires({ where: 'resolution', is: 'credit', needs: ['creditTo', 'difference'] })
export class ResolveFindingRequest {
  @IdField()
  readonly findingId!: string;

  @ChoiceField(RESOLUTIONS)
  readonly resolution!: (typeof RESOLUTIONS)[number];

  @ChoiceField(CLAIMANTS, { optional: true })
  readonly creditTo?: (typeof CLAIMANTS)[number];

  @PatternField({
    pattern: /^(0|-?[1-9][0-9]{0,98})$/,
    max: 100,
    sentence: 'must be the difference of the finding in base units, such as -1500000.',
    optional: true,
  })
  readonly difference?: string;

  @BlockField()
  readonly fromBlock?: string;

  @BlockField()
  readonly toBlock?: string;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}
