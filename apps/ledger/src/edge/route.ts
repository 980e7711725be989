import {
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  type Type,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiExtension,
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiQuery,
  ApiSchema,
  getSchemaPath,
} from '@nestjs/swagger';
import type { OperationDeclaration } from './declaration';
import { exactlyOneOf, fieldsOf, type RequestField } from './fields';
import type { PreparedCall } from './prepare';

/** The extension under which an operation of the API document keeps its declaration while it is built. */
export const DECLARATION = 'x-declaration';

/** The route of an operation and its part of the API document, as Nest's own decorators. */
export function routeOf(operation: OperationDeclaration): readonly MethodDecorator[] {
  const { http, summary, kind, answers, creates } = operation;
  if (http === undefined) return [];
  const [method, path] = http.split(' ') as [keyof typeof RequestMethod, string];
  const type = kind === 'command' ? answerClass(answers) : answers;
  return [
    RequestMapping({ method: RequestMethod[method], path }),
    HttpCode(200),
    takesPrepared,
    ApiOperation({ summary }),
    ApiExtension(DECLARATION, operation),
    ...parametersOf(operation),
    ...(kind === 'command' ? commandOf(operation) : []),
    ...(creates === undefined
      ? [ApiOkResponse({ type, description: kind === 'query' ? 'The answer.' : CHANGED })]
      : [
          ApiCreatedResponse({ type, description: 'It was created.', headers: LOCATION }),
          ApiOkResponse({ type, description: 'It already existed.' }),
        ]),
  ];
}

const CHANGED = 'The resource after the command.';
const LOCATION = { location: { description: 'Where it is.', schema: { type: 'string' as const } } };

const Prepared = createParamDecorator((part: keyof PreparedCall, context: ExecutionContext) => {
  const { prepared } = context.switchToHttp().getRequest<{ prepared: PreparedCall }>();
  return prepared[part];
});

/** The edge provides the method's two parameters. */
const takesPrepared: MethodDecorator = (prototype, name) => {
  Prepared('caller')(prototype, name, 0);
  Prepared('request')(prototype, name, 1);
};

function parametersOf({ request, pathFields, kind }: OperationDeclaration): MethodDecorator[] {
  return fieldsOf(request).flatMap(({ name, description, required, schema, example }) => {
    const shown = { ...schema, ...(example !== undefined && { example }) };
    if (pathFields.includes(name)) return [ApiParam({ name, description, schema: shown })];
    return kind === 'query' ? [ApiQuery({ name, description, required, schema: shown })] : [];
  });
}

function commandOf({ request, pathFields }: OperationDeclaration): MethodDecorator[] {
  const fields = fieldsOf(request).filter(({ name }) => !pathFields.includes(name));
  const alternatives = exactlyOneOf(request);
  const body = bodyClass(request, fields);
  return [
    IDEMPOTENCY_KEY,
    ApiExtraModels(body),
    alternatives.length === 0
      ? ApiBody({ type: body })
      : ApiBody({
          schema: {
            allOf: [{ $ref: getSchemaPath(body) }],
            oneOf: alternatives.map((name) => ({ required: [name] })),
          },
          examples: Object.fromEntries(alternatives.map((name) => [name, exampleOf(fields, name)])),
        }),
  ];
}

/** A body with the required fields and one of the alternatives. */
function exampleOf(fields: readonly RequestField[], chosen: string) {
  const shown = fields.filter(({ name, required }) => required || name === chosen);
  return { value: Object.fromEntries(shown.map(({ name, example }) => [name, example])) };
}

const IDEMPOTENCY_KEY = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    'A random key. The same request with the same key takes effect once and gets the first answer again; the same key with another request is refused. Keys are kept for ever.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', maxLength: 255 },
  example: '5f0e8f5e-3d3c-4d1e-9a52-0b6cf4a57a0f',
});

const POSITION_PROPERTY = ApiProperty({
  type: String,
  description: 'The position in the event log. Pass it as `minPosition` to read your write.',
  pattern: '^[0-9]+$',
  example: '42',
});

/** `PurseResponse` with the position of the command, documented as `PurseAnswer`. */
const answerClass = once(function answerClass(answers: Type<object>): Type<object> {
  const answer = class extends answers {};
  POSITION_PROPERTY(answer.prototype, 'position');
  return named(answer, answers.name.replace(/Response$/, 'Answer'));
});

/** A request class without the path variables: `MintPurseRequest` becomes `MintPurseBody`. */
function bodyClass(request: Type<object>, fields: readonly RequestField[]): Type<object> {
  const body = class {};
  for (const { name, description, required, schema, example } of fields) {
    const options = { ...schema, description, required, ...(example !== undefined && { example }) };
    ApiProperty(options as Parameters<typeof ApiProperty>[0])(body.prototype, name);
  }
  return named(body, request.name.replace(/Request$/, 'Body'));
}

function named(type: Type<object>, name: string): Type<object> {
  Object.defineProperty(type, 'name', { value: name });
  ApiSchema({ name })(type);
  return type;
}

function once<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
