import type { json } from '@daybook/contracts';
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  type INestApplicationContext,
  type NestInterceptor,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { map } from 'rxjs';
import { fieldsOf } from './fields';
import type { ProblemCode } from './problems';
import type { Tier } from './rate-limit';
import type { Answer } from './request-context';
import type { Scope } from './scopes';

/** A method of `daybook.v1`, such as `PurseService/MintPurse`. */
export type Rpc = keyof json.Answers;

/** Method and path of a route. */
type Http = `${'GET' | 'POST' | 'PATCH'} /${string}`;

/** The declaration of an operation. Both edges, the documents and the tests are derived from it. */
interface Declaration<
  Name extends Rpc,
  Route extends Http | undefined,
  Items extends string | undefined,
> {
  /** Its messages and their comments document the operation. Its response is the answer of both edges. */
  readonly rpc: Name;
  /**
   * Method and path; a variable such as `:purseId` is a field of the request. Omitted for a stream that only gRPC has.
   */
  readonly http?: Route;
  /** Of a stream that ends: the schema of its items. Over REST the answer has a line for each, as CSV or NDJSON. */
  readonly streams?: Items;
  readonly scope: Scope;
  /** The quota that it counts against; `standard` if omitted. */
  readonly tier?: Tier;
  /**
   * Whether it waits for another app, for seconds. It takes no place among the reads that run at once then, and limits
   * itself how many wait.
   */
  readonly waits?: boolean;
  /**
   * A field of the answer of a query: after how many seconds a complete answer may be had, null if it is complete. Over
   * REST an answer that is not has status 202 and `Retry-After`.
   */
  readonly retriesAfter?: string;
  /** The path of the created resource, such as `/v1/purses/:id`. The first answer is then a 201. */
  readonly creates?: `/v1/${string}/:id`;
  /** Its own refusals, in addition to those of every operation. */
  readonly refuses?: readonly ProblemCode[];
}

/** A query returns a resource or list, a command its outcome, a stream parts of a list. */
type Result<Route, Items, Response> = Items extends string
  ? AsyncGenerator<Response>
  : Route extends `GET ${string}`
    ? Response | Promise<Response>
    : Route extends string
      ? Promise<Answer<Response>>
      : AsyncGenerator<Response>;

/** An operation as it was declared, with the request class of its method. */
export interface OperationDeclaration extends Declaration<Rpc, Http, string> {
  readonly kind: 'query' | 'command' | 'stream';
  readonly tier: Tier;
  /** The name of the controller's method. */
  readonly name: string;
  readonly request: new () => object;
  /** The names of the path's variables. */
  readonly pathFields: readonly string[];
}

/** The third parameter of a stream's method. */
export interface StreamControl {
  /** Ends the stream; its reason is the refusal. */
  readonly signal: AbortSignal;
  /** The stream sends something at least this often. */
  readonly heartbeatMs: number;
}

/** What REST prepares for a stream, besides caller and request. */
export interface StreamParts {
  readonly control: StreamControl;
  /** The parts that the method answers with, as text. */
  lines(parts: never): AsyncGenerator<string>;
}

const OPERATION = Symbol('Operation');

/**
 * Declares a controller method as an operation. The method takes the caller (for a command, its
 * `RequestContext`) and the request, an instance of a class that declares its valid fields. The method
 * does not depend on a transport: REST routes, gRPC methods, scopes and documents are derived from this.
 */
export function Operation<
  Name extends Rpc,
  Route extends Http | undefined = undefined,
  Items extends string | undefined = undefined,
>(declared: Declaration<Name, Route, Items>) {
  type Returned = Result<Route, Items, json.Answers[Name]>;
  return <Method extends (caller: never, request: never, ...rest: never) => Returned>(
    prototype: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const [, request] = Reflect.getMetadata('design:paramtypes', prototype, name) as unknown[];
    const operation = {
      ...(declared as Declaration<Name, Http, string>),
      kind: declared.streams === undefined ? kindOf(declared.http) : 'stream',
      tier: declared.tier ?? 'standard',
      name,
      request: request as new () => object,
      pathFields: [...(declared.http ?? '').matchAll(/:(\w+)/g)].map(([, field = '']) => field),
    } satisfies OperationDeclaration;
    const known = fieldsOf(operation.request).map((field) => field.name);
    const missing = operation.pathFields.filter((field) => !known.includes(field));
    if (missing.length > 0) throw new Error(`The request of ${name} has no ${missing.join(', ')}.`);
    const decorators = [SetMetadata(OPERATION, operation), ...routeOf(operation)];
    applyDecorators(...decorators)(prototype, name, descriptor);
  };
}

function kindOf(http: Http | undefined): OperationDeclaration['kind'] {
  if (http === undefined) return 'stream';
  return http.startsWith('GET ') ? 'query' : 'command';
}

/** The route of an operation, as Nest's own decorators. */
function routeOf({ http, streams }: OperationDeclaration): readonly MethodDecorator[] {
  if (http === undefined) return [];
  const [method, path] = http.split(' ') as [keyof typeof RequestMethod, string];
  const route = [RequestMapping({ method: RequestMethod[method], path }), HttpCode(200)];
  return [...route, takesPrepared, ...(streams === undefined ? [] : [streamsLines])];
}

/** What a REST request has when its method is called; the parts of a stream only for one. */
interface PreparedRequest extends StreamParts {
  readonly caller: unknown;
  readonly request: unknown;
}

function preparedIn(context: ExecutionContext): PreparedRequest {
  return context.switchToHttp().getRequest<{ prepared: PreparedRequest }>().prepared;
}

const Prepared = createParamDecorator(
  (part: 'caller' | 'request' | 'control', context: ExecutionContext) => preparedIn(context)[part],
);

/** The edge provides the method's two parameters. */
const takesPrepared: MethodDecorator = (prototype, name) => {
  Prepared('caller')(prototype, name, 0);
  Prepared('request')(prototype, name, 1);
};

/** The third parameter of a stream, whose parts are sent as lines of text. */
const streamsLines: MethodDecorator = (prototype, name, descriptor) => {
  Prepared('control')(prototype, name, 2);
  UseInterceptors(asLines)(prototype, name, descriptor);
};

const asLines: NestInterceptor = {
  intercept: (context, next) =>
    next.handle().pipe(map((parts) => preparedIn(context).lines(parts as never))),
};

/** An operation of a running application. */
export interface RunningOperation extends OperationDeclaration {
  run(caller: unknown, request: object, ...rest: readonly unknown[]): unknown;
}

/** The operations that a controller declares. */
export function operationsIn(prototype: object): readonly OperationDeclaration[] {
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    return typeof method === 'function' ? (Reflect.getMetadata(OPERATION, method) ?? []) : [];
  });
}

/** Every operation that the controllers of a running application declare. */
export function operationsOf(app: Pick<INestApplicationContext, 'get'>): RunningOperation[] {
  return [...app.get(ModulesContainer).values()].flatMap(({ controllers }) =>
    [...controllers.values()].flatMap(({ instance }) =>
      operationsIn(Object.getPrototypeOf(instance)).map((operation) => {
        const { [operation.name]: method } = instance as Record<string, RunningOperation['run']>;
        if (method === undefined) throw new Error(`${operation.name} is not in its controller.`);
        return { ...operation, run: method.bind(instance) };
      }),
    ),
  );
}
