import type { ComplianceDecision } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../edge/operation';
import type { RequestContext } from '../edge/request-context';
import { ResolveCompliance } from '../replenishments';
import { DecideReviewRequest, type ReviewDecision } from './compliance.dto';

const DECISIONS: Readonly<Record<ReviewDecision, ComplianceDecision>> = {
  approve: { mode: 'manual', verdict: 'passed' },
  decline: { mode: 'manual', verdict: 'declined' },
};

/** What operators decide about money in review. */
@ApiTags('Compliance')
@Controller()
export class ComplianceController {
  constructor(private readonly commands: CommandBus) {}

  @Operation({
    http: 'POST /v1/operations/replenishments/:replenishmentId/decision',
    rpc: 'ComplianceService/DecideReview',
    scope: 'operations:write',
    tier: 'financial',
    refuses: ['replenishment-not-found', 'replenishment-not-screening', 'reference-reused'],
  })
  decideReview(context: RequestContext, request: DecideReviewRequest) {
    const { replenishmentId: id, decision, reason, reference } = request;
    const decided = { id, decision: DECISIONS[decision], act: { reason, reference } };
    return this.commands.execute(new ResolveCompliance(context, decided));
  }
}
