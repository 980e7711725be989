import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import type { Fault, ProblemBody } from './problem';
import { PROBLEMS, type ProblemCode } from './problems';

@ApiSchema({ name: 'Fault', description: 'One thing that is wrong with a request, and where.' })
export class FaultResponse implements Fault {
  @ApiProperty({ enum: ['body', 'query', 'path', 'header'], description: 'Which part.' })
  readonly in!: Fault['in'];

  @ApiProperty({
    type: String,
    description: 'A JSON Pointer into the body, or the name of the parameter or header.',
    example: '/externalId',
  })
  readonly pointer!: string;

  @ApiProperty({ type: String, description: 'Which rule is broken.', example: 'required' })
  readonly code!: string;

  @ApiProperty({ type: String, description: 'What is expected.' })
  readonly detail!: string;
}

@ApiSchema({ name: 'Problem', description: 'Why a request failed (RFC 9457).' })
export class ProblemResponse implements ProblemBody {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'The name of the problem.',
    example: 'urn:daybook:problem:customer-not-found',
  })
  readonly type!: string;

  @ApiProperty({ type: String, description: 'The same for every problem of the type.' })
  readonly title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, description: 'The HTTP status.' })
  readonly status!: number;

  @ApiProperty({ type: String, description: 'What happened in this case, and what would work.' })
  readonly detail!: string;

  @ApiProperty({
    type: String,
    required: false,
    description: 'The path that was asked for, when it can be shown.',
    example: '/v1/customers/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
  })
  readonly instance?: string;

  @ApiProperty({
    enum: Object.keys(PROBLEMS),
    description: 'Stable; `docs/errors.md` says what to do about each.',
    example: 'customer-not-found',
  })
  readonly code!: ProblemCode;

  @ApiProperty({
    type: [FaultResponse],
    required: false,
    description: 'With `validation-failed`: everything that is wrong.',
  })
  readonly errors?: readonly FaultResponse[];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'object' },
    description: 'With `not-ready`: what each check of the probe found.',
  })
  readonly checks?: Readonly<Record<string, object>>;

  @ApiProperty({
    type: String,
    description: 'The `X-Request-Id` of the answer; name it when you ask for help.',
  })
  readonly requestId!: string;
}
