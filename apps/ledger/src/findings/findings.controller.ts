import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ListNegativeClaims } from '../books';
import { AssetNames } from '../chains';
import type { AccountCaller, OperatorCaller } from '../edge/caller';
import { toMoney } from '../edge/money';
import { Operation } from '../edge/operation';
import { pageRequest, ReadRequest, wholeList } from '../edge/paging';
import { found } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { versioned } from '../edge/versions';
import {
  GetAnyFindingRequest,
  GetFindingRequest,
  ListAllFindingsRequest,
  ListFindingsRequest,
  ResolveFindingRequest,
} from './findings.dto';
import { GetFinding, ListFindings } from './get-findings';
import { ResolveFinding } from './resolve-finding';

/** What an account sees of its own purses, and what operators see and do. */
@ApiTags('Findings')
@Controller()
export class FindingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
  ) {}

  @Operation({
    http: 'GET /v1/findings',
    rpc: 'FindingService/ListFindings',
    scope: 'balances:read',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  listFindings(
    { accountId }: AccountCaller,
    { status, kind, purseId, ...list }: ListFindingsRequest,
  ) {
    const request = { filter: { status, kind, purseId }, page: pageRequest(list) };
    return this.queries.execute(new ListFindings(accountId, request));
  }

  @Operation({
    http: 'GET /v1/findings/:findingId',
    rpc: 'FindingService/GetFinding',
    scope: 'balances:read',
    versioned: true,
    refuses: ['finding-not-found'],
  })
  async getFinding({ accountId }: AccountCaller, { findingId }: GetFindingRequest) {
    return this.shown(new GetFinding(accountId, findingId));
  }

  @Operation({
    http: 'GET /v1/operations/findings',
    rpc: 'CorrectionService/ListAllFindings',
    scope: 'operations:read',
    refuses: ['invalid-cursor', 'epoch-ended'],
  })
  listAllFindings(_: OperatorCaller, { accountId, status, kind, ...list }: ListAllFindingsRequest) {
    const request = { filter: { accountId, status, kind }, page: pageRequest(list) };
    return this.queries.execute(new ListFindings(null, request));
  }

  @Operation({
    http: 'GET /v1/operations/findings/:findingId',
    rpc: 'CorrectionService/GetAnyFinding',
    scope: 'operations:read',
    versioned: true,
    refuses: ['finding-not-found'],
  })
  async getAnyFinding(_: OperatorCaller, { findingId }: GetAnyFindingRequest) {
    return this.shown(new GetFinding(null, findingId));
  }

  private async shown(asked: GetFinding) {
    const finding = found(await this.queries.execute(asked), 'finding-not-found');
    return versioned(finding, finding.position);
  }

  @Operation({
    http: 'POST /v1/operations/findings/:findingId/resolve',
    rpc: 'CorrectionService/ResolveFinding',
    scope: 'operations:write',
    tier: 'financial',
    refuses: [
      ...(['finding-not-found', 'finding-closed', 'finding-changed'] as const),
      ...(['finding-not-creditable', 'custody-too-low', 'reference-reused'] as const),
      ...(['chain-unknown', 'watch-request-invalid'] as const),
    ],
  })
  resolveFinding(
    context: RequestContext,
    { findingId: id, fromBlock, toBlock, creditTo, difference, ...act }: ResolveFindingRequest,
  ) {
    const blocks = { fromBlock: numberOf(fromBlock), toBlock: numberOf(toBlock) };
    const request = { id, creditTo, difference, ...blocks, ...act };
    return this.commands.execute(new ResolveFinding(context, request));
  }

  @Operation({
    http: 'GET /v1/operations/negative-claims',
    rpc: 'CorrectionService/ListNegativeClaims',
    scope: 'operations:read',
  })
  async listNegativeClaims(_: OperatorCaller, __: ReadRequest) {
    const claims = await this.queries.execute(new ListNegativeClaims());
    const assets = await this.assets.now();
    return wholeList(
      claims.map(({ asset, claim: baseUnits, ...of }) => {
        return { ...of, claim: toMoney({ asset, baseUnits }, assets) };
      }),
    );
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
