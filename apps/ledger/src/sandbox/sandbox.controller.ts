import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import type { RequestContext } from '../edge/request-context';
import { CreateSandboxDeposit } from './create-sandbox-deposit';
import { GetSandboxDeposit } from './get-sandbox-deposit';
import { MineSandboxDeposit } from './mine-sandbox-deposit';
import {
  CreateSandboxDepositRequest,
  GetSandboxDepositRequest,
  MineSandboxDepositRequest,
} from './sandbox.dto';

@ApiTags('Sandbox')
@Controller()
export class SandboxController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Operation({
    http: 'POST /v1/sandbox/deposits',
    rpc: 'SandboxService/CreateSandboxDeposit',
    scope: 'sandbox:write',
    creates: '/v1/sandbox/deposits/:id',
    refuses: [
      ...['sandbox-unavailable', 'asset-unknown', 'invalid-address', 'purse-not-found'],
      ...['invalid-amount', 'sandbox-deposit-invalid'],
    ] as const,
  })
  createSandboxDeposit(context: RequestContext, request: CreateSandboxDepositRequest) {
    return this.commands.execute(new CreateSandboxDeposit(context, request));
  }

  @Operation({
    http: 'POST /v1/sandbox/deposits/:sandboxDepositId/mine',
    rpc: 'SandboxService/MineSandboxDeposit',
    scope: 'sandbox:write',
    refuses: ['sandbox-unavailable', 'sandbox-deposit-not-found'],
  })
  mineSandboxDeposit(context: RequestContext, { sandboxDepositId }: MineSandboxDepositRequest) {
    return this.commands.execute(new MineSandboxDeposit(context, sandboxDepositId));
  }

  @Operation({
    http: 'GET /v1/sandbox/deposits/:sandboxDepositId',
    rpc: 'SandboxService/GetSandboxDeposit',
    scope: 'sandbox:read',
    refuses: ['sandbox-deposit-not-found'],
  })
  getSandboxDeposit({ accountId }: AccountCaller, { sandboxDepositId }: GetSandboxDepositRequest) {
    return this.queries.execute(new GetSandboxDeposit(accountId, sandboxDepositId));
  }
}
