import { DECIMAL_AMOUNT, SANDBOX_SCENARIOS, type SandboxScenario } from '@daybook/domain';
import { ChoiceField, ExactlyOne, IdField, PatternField } from '../edge/fields';
import { ReadRequest } from '../edge/paging';

@ExactlyOne('purseId', 'address')
export class CreateSandboxDepositRequest {
  @IdField({ optional: true })
  readonly purseId?: string;

  @PatternField({
    pattern: /^[A-Za-z0-9]+$/,
    max: 64,
    sentence: 'must be an address such as 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266.',
    optional: true,
  })
  readonly address?: string;

  @PatternField({
    pattern: /^[A-Za-z0-9_:/.-]+$/,
    max: 256,
    sentence: 'must be a CAIP-19 id or a currency code of GET /v1/assets, such as USDT_LOCAL.',
  })
  readonly asset!: string;

  @PatternField({
    pattern: DECIMAL_AMOUNT,
    max: 160,
    sentence: 'must be a decimal number in quotes in JSON, without sign or exponent, such as 1.5.',
    optional: true,
  })
  readonly amount?: string;

  @ChoiceField(SANDBOX_SCENARIOS, { optional: true })
  readonly scenario?: SandboxScenario;
}

export class MineSandboxDepositRequest {
  @IdField()
  readonly sandboxDepositId!: string;
}

export class GetSandboxDepositRequest extends ReadRequest {
  @IdField()
  readonly sandboxDepositId!: string;
}
