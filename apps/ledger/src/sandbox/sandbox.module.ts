import { Module } from '@nestjs/common';
import { CreateSandboxDepositHandler } from './create-sandbox-deposit';
import { GetSandboxDepositHandler } from './get-sandbox-deposit';
import { MineSandboxDepositHandler } from './mine-sandbox-deposit';
import { SandboxController } from './sandbox.controller';

/** Deposits on development chains, for those who integrate Daybook. */
@Module({
  controllers: [SandboxController],
  providers: [CreateSandboxDepositHandler, MineSandboxDepositHandler, GetSandboxDepositHandler],
})
export class SandboxModule {}
