import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { OperationDeclaration } from '../edge/declaration';
import { ReadRequest } from '../edge/paging';
import { ProblemResponse } from '../edge/problem.dto';
import { PROBLEMS, type ProblemCode } from '../edge/problems';
import { DECLARATION } from '../edge/route';
import { OPEN_ROUTES } from './gate';
import { PROBLEM_JSON } from './problem.filter';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

const EVERY_KEY: readonly ProblemCode[] = [
  'validation-failed',
  'malformed-request',
  'unauthenticated',
  'forbidden',
  'rate-limited',
  'internal-error',
  'unavailable',
  'timeout',
];
const EVERY_READ: readonly ProblemCode[] = [
  'position-not-in-log',
  'position-not-reached',
  'too-many-waiting',
];
const EVERY_COMMAND: readonly ProblemCode[] = [
  'malformed-json',
  'idempotency-key-invalid',
  'request-timeout',
  'idempotency-key-reused',
  'conflict',
  'payload-too-large',
  'unsupported-media-type',
  'outcome-unknown',
];

const METHODS = ['get', 'post', 'patch'] as const;

/** The OpenAPI document: from the decorators, plus what holds for every operation. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Daybook')
    .setDescription(
      'A ledger for crypto deposits: customers, their permanent deposit addresses (purses), the transfers to them (replenishments), balances and throughput.',
    )
    .setVersion('1')
    .addServer('/', 'This service')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `dbk_...`.' }, 'key')
    .addSecurityRequirements('key')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_, method) => method,
    extraModels: [ProblemResponse],
  });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation !== undefined) complete(operation, path, method);
    }
  }
  closeRequestBodies(document);
  document.components = { ...document.components, headers: HEADERS };
  return document;
}

function complete(operation: Operation, path: string, method: (typeof METHODS)[number]): void {
  const isOpen = OPEN_ROUTES.has(path);
  if (isOpen) operation.security = [];
  operation.parameters = [...(operation.parameters ?? []), REQUEST_ID_PARAMETER];
  addProblems(operation, isOpen ? ['malformed-request', 'not-ready'] : problemsOf(operation));
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    const names = headersOf(Number(status), isOpen, method !== 'get');
    const known = Object.fromEntries(names.map((name) => [name, headerRef(name)]));
    response.headers = { ...known, ...response.headers };
  }
}

/** The headers of each answer. */
function headersOf(status: number, isOpen: boolean, isCommand: boolean): (keyof typeof HEADERS)[] {
  return [
    'X-Request-Id',
    ...(isOpen || status === 401 ? [] : (['RateLimit-Policy', 'RateLimit'] as const)),
    ...(isCommand && status < 300 ? (['Idempotency-Replayed'] as const) : []),
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
  ];
}

function headerRef(name: keyof typeof HEADERS) {
  return { $ref: `#/components/headers/${name}` };
}

/** The problems in the declaration, plus those of every operation of its kind. */
function problemsOf(operation: Operation): readonly ProblemCode[] {
  const extensions = operation as unknown as Record<string, OperationDeclaration | undefined>;
  const declaration = extensions[DECLARATION];
  delete extensions[DECLARATION];
  if (declaration === undefined) return EVERY_KEY;
  const { kind, request, refuses = [] } = declaration;
  const waits = kind === 'query' && request.prototype instanceof ReadRequest;
  const ofKind = kind === 'command' ? EVERY_COMMAND : waits ? EVERY_READ : [];
  return [...refuses, ...EVERY_KEY, ...ofKind];
}

/** One response per status, which lists its possible codes. */
function addProblems(operation: Operation, codes: readonly ProblemCode[]): void {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, itsCodes] of [...byStatus].sort(([a], [b]) => a - b)) {
    operation.responses[status] = {
      description: itsCodes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n\n'),
      content: { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
}

const REQUEST_ID_PARAMETER: Parameter = {
  name: 'X-Request-Id',
  in: 'header',
  required: false,
  description:
    'Your own id of the request, 1 to 128 of A-Z a-z 0-9 . _ : -. Otherwise the server makes one.',
  schema: { type: 'string', maxLength: 128 },
};

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

const HEADERS = {
  'X-Request-Id': text('The id of the request.'),
  'RateLimit-Policy': text('The quota of the key: `"default";q=<requests>;w=<seconds>`.'),
  RateLimit: text('The remaining quota: `"default";r=<requests>;t=<seconds>`.'),
  'Idempotency-Replayed': text(
    '`true` if this is the answer of an earlier request with the same key.',
  ),
  'WWW-Authenticate': text('How to send the key.'),
  'Retry-After': text('Seconds to wait, if known.'),
};

/** Unknown fields of request bodies are refused, and the document says so. Answers may grow. */
function closeRequestBodies({ components }: OpenAPIObject): void {
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    if (name.endsWith('Body') && !('$ref' in schema)) schema.additionalProperties = false;
  }
}
