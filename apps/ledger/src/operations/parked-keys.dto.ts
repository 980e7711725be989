import { ReasonField, TextField } from '../edge/fields';

const NAME_LENGTH_MAX = 249;
/** Longer than any chain and address. */
const KEY_LENGTH_MAX = 1_000;

export class NoRequest {}

export class RetryParkedKeyRequest {
  @TextField({ max: NAME_LENGTH_MAX })
  readonly topic!: string;

  @TextField({ max: NAME_LENGTH_MAX })
  readonly group!: string;

  @TextField({ max: KEY_LENGTH_MAX })
  readonly key!: string;

  @ReasonField()
  readonly reason!: string;
}
