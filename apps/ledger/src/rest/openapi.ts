import { json } from '@daybook/contracts';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  exactlyOneOf,
  fieldsOf,
  type RequestField,
  type Requirement,
  requirementsOf,
} from '../edge/fields';
import { type OperationDeclaration, operationsOf, takesIfMatch } from '../edge/operation';
import { PROBLEMS, type ProblemCode } from '../edge/problems';
import { OPEN_ROUTES } from './gate';
import {
  HEADERS,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  IF_NONE_MATCH,
  LOG_PARAMETER,
  REQUEST_ID_PARAMETER,
} from './openapi-headers';
import { PROBLEM_JSON } from './problem.filter';
import { OWN_SCHEMAS } from './schemas';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const EVERY_KEY: readonly ProblemCode[] = [
  'validation-failed',
  'malformed-request',
  'unauthenticated',
  'forbidden',
  'rate-limited',
  'epoch-ended',
  'internal-error',
  'unavailable',
  'timeout',
];
const EVERY_WAITING_READ: readonly ProblemCode[] = [
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

/** The OpenAPI document: Nest's own, with what the declarations and the contract say of each operation. */
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
  });
  const declarations = operationsOf(app);
  const schemas: Record<string, object> = { ...json.SCHEMAS, ...OWN_SCHEMAS };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      const declaration = declarations.find(({ http }) => http === route);
      if (declaration !== undefined) describe(operation, declaration, schemas);
      complete(operation, path, method, declaration);
    }
  }
  document.tags = tagsOf(document);
  document.components = { ...document.components, schemas: schemas as Schemas, headers: HEADERS };
  return document;
}

/** The tags of operations, by name. */
function tagsOf({ paths }: OpenAPIObject): { name: string; description: string }[] {
  const names = Object.values(paths).flatMap((item) =>
    METHODS.flatMap((method) => item[method]?.tags ?? []),
  );
  return [...new Set(names)]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, description: `The operations of ${name.toLowerCase()}.` }));
}

/** Adds parameters, body and answers. The schema of the body is added to `schemas`. */
function describe(
  operation: Operation,
  declaration: OperationDeclaration,
  schemas: Record<string, object>,
): void {
  const { rpc, kind, request, pathFields, creates, retriesAfter, tier } = declaration;
  const { summary, description, answer, fields: documented } = json.OPERATIONS[rpc];
  const fields = fieldsOf(request);
  const inPath = fields.filter(({ name }) => pathFields.includes(name));
  const others = fields.filter(({ name }) => !pathFields.includes(name));
  // Without the example: the documentation page would send it unless the reader deletes it.
  const parameter = (place: 'path' | 'query') => {
    return ({ name, required, schema }: RequestField) => {
      return { name, in: place, required, description: documented[name]?.description, schema };
    };
  };
  const answered = (text: string) => ({
    description: text,
    content: { 'application/json': { schema: refTo(answer) } },
  });
  const parameters: object[] = inPath.map(parameter('path'));
  if (kind === 'query') {
    parameters.push(...others.map(parameter('query')));
    if (declaration.versioned) parameters.push(IF_NONE_MATCH);
    operation.responses = {
      200: answered('The answer.'),
      ...(declaration.versioned && { 304: { description: 'The version of `If-None-Match`.' } }),
      ...(retriesAfter !== undefined && {
        202: answered(`What is known so far; \`${retriesAfter}\` says when to ask again.`),
      }),
    };
  } else {
    parameters.push(IDEMPOTENCY_KEY);
    if (takesIfMatch(declaration)) parameters.push(IF_MATCH);
    const name = request.name.replace(/Request$/, 'Body');
    schemas[name] = bodySchema(others, documented, requirementsOf(request));
    const content = bodyContent(refTo(name), exactlyOneOf(request), others, documented);
    operation.requestBody = { required: true, content };
    operation.responses =
      creates === undefined
        ? { 200: answered('The resource after the command.') }
        : {
            200: answered('It already existed.'),
            201: { ...answered('It was created.'), headers: LOCATION },
          };
  }
  const described = { summary, description: withRights(description, declaration), parameters };
  Object.assign(operation, described, { 'x-rate-tier': tier });
}

/** The description of an operation, with what a key needs for it. */
function withRights(
  description: string | undefined,
  { scope, tier }: OperationDeclaration,
): string {
  const rights = `Scope: \`${scope}\`. Rate limit: \`${tier}\`.`;
  return description ? `${description}\n\n${rights}` : rights;
}

const LOCATION = { location: { description: 'Where it is.', schema: { type: 'string' as const } } };

function refTo(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

type Documented = (typeof json.OPERATIONS)[keyof json.Answers]['fields'];

/** Unknown fields of request bodies are refused, and the schema says so. Answers may grow. */
function bodySchema(
  fields: readonly RequestField[],
  documented: Documented,
  requirements: readonly Requirement[],
) {
  const properties = fields.map(({ name, schema }) => [name, { ...schema, ...documented[name] }]);
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(requirements.length > 0 && {
      allOf: requirements.map(({ where, is, needs }) => ({
        if: { properties: { [where]: { const: is } } },
        // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
        then: { required: needs },
      })),
    }),
    additionalProperties: false,
  };
}

/** Of the alternatives exactly one is sent; each has its example. */
function bodyContent(
  body: { readonly $ref: string },
  alternatives: readonly string[],
  fields: readonly RequestField[],
  documented: Documented,
) {
  if (alternatives.length === 0) return { 'application/json': { schema: body } };
  const oneOf = alternatives.map((name) => ({ required: [name] }));
  const examples = alternatives.map((chosen) => {
    const sent = fields.filter(({ name, required }) => required || name === chosen);
    const value = Object.fromEntries(sent.map(({ name }) => [name, documented[name]?.example]));
    return [chosen, { value }];
  });
  const schema = { allOf: [body], oneOf };
  return { 'application/json': { schema, examples: Object.fromEntries(examples) } };
}

/** Adds what every operation has: the request id, refusals and headers. */
function complete(
  operation: Operation,
  path: string,
  method: (typeof METHODS)[number],
  declaration: OperationDeclaration | undefined,
): void {
  const isOpen = OPEN_ROUTES.has(path);
  if (isOpen) operation.security = [];
  const forEach = isOpen ? [REQUEST_ID_PARAMETER] : [REQUEST_ID_PARAMETER, LOG_PARAMETER];
  operation.parameters = [...(operation.parameters ?? []), ...forEach];
  addProblems(operation, isOpen ? ['malformed-request', 'not-ready'] : problemsOf(declaration));
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    const names = headersOf(Number(status), isOpen, method !== 'get', declaration);
    const known = Object.fromEntries(
      names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    );
    response.headers = { ...known, ...response.headers };
  }
}

/** The headers of each answer. */
function headersOf(
  status: number,
  isOpen: boolean,
  isCommand: boolean,
  declaration: OperationDeclaration | undefined,
): (keyof typeof HEADERS)[] {
  return [
    'X-Request-Id',
    ...(isOpen || status === 401
      ? []
      : (['RateLimit-Policy', 'RateLimit', 'Daybook-Log'] as const)),
    ...(declaration?.versioned === true && status < 400 ? (['ETag'] as const) : []),
    ...(isCommand && status < 300 ? (['Idempotency-Replayed'] as const) : []),
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 202 || status === 429 || status === 503 ? (['Retry-After'] as const) : []),
  ];
}

/** The problems in the declaration, plus those of every operation of its kind. */
function problemsOf(declaration: OperationDeclaration | undefined): readonly ProblemCode[] {
  if (declaration === undefined) return EVERY_KEY;
  const { kind, request, refuses = [] } = declaration;
  const waits = fieldsOf(request).some(({ name }) => name === 'minPosition');
  const ofKind = kind === 'command' ? EVERY_COMMAND : waits ? EVERY_WAITING_READ : [];
  const ofVersion: readonly ProblemCode[] = takesIfMatch(declaration)
    ? ['precondition-failed']
    : [];
  return [...new Set([...refuses, ...EVERY_KEY, ...ofKind, ...ofVersion])];
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
      content: { [PROBLEM_JSON]: { schema: refTo('Problem') } },
    };
  }
}
