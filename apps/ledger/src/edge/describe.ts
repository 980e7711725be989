import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtension,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
} from '@nestjs/swagger';
import type { ProblemCode } from './problems';

/** Where an operation keeps the problems of its own until the document is put together. */
export const PROBLEMS_OF_OPERATION = 'x-problems';

/** Documents a read: what it answers, and which problems it has beside those that all have. */
export function Reads(answer: Type, summary: string, ...problems: ProblemCode[]) {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiOkResponse({ type: answer, description: 'What was asked for.' }),
    ApiExtension(PROBLEMS_OF_OPERATION, problems),
  );
}

/** Documents a command that makes something, or returns what was made before. */
export function Creates(answer: Type, summary: string, ...problems: ProblemCode[]) {
  const location = {
    location: { description: 'Where it is.', schema: { type: 'string' as const } },
  };
  return applyDecorators(
    ApiOperation({ summary }),
    ApiCreatedResponse({ type: answer, description: 'It was created.', headers: location }),
    ApiOkResponse({ type: answer, description: 'It existed already.' }),
    ApiExtension(PROBLEMS_OF_OPERATION, problems),
    IdempotencyHeader(),
  );
}

/** Documents a command that changes something. A command that changes nothing answers the same. */
export function Changes(answer: Type, summary: string, ...problems: ProblemCode[]) {
  return applyDecorators(
    HttpCode(200),
    ApiOperation({ summary }),
    ApiOkResponse({ type: answer, description: 'As the command left it.' }),
    ApiExtension(PROBLEMS_OF_OPERATION, problems),
    IdempotencyHeader(),
  );
}

function IdempotencyHeader() {
  return ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'A random key. The same request with the same key takes effect once and is answered as the first time; the same key with another request is refused. Keys are kept for ever.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', maxLength: 255 },
    example: '5f0e8f5e-3d3c-4d1e-9a52-0b6cf4a57a0f',
  });
}
