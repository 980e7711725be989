import type { json } from '@daybook/contracts';
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  type INestApplicationContext,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
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
interface Declaration<Name extends Rpc, Route extends Http | undefined> {
  /** Its messages and their comments document the operation. Its response is the answer of both edges. */
  readonly rpc: Name;
  /** Method and path; a variable such as `:purseId` is a field of the request. Omitted for a stream. */
  readonly http?: Route;
  readonly scope: Scope;
  /**
   * The quota that it counts against: `wallet` for what mints and creates, `financial` for what moves money by hand, or
   * gives or takes rights; `standard` if omitted.
   */
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
  /**
   * Whether its resource has a version. Its answers have an `ETag` then, and a command that does not create takes `If-Match`:
   * it writes the stream of the resource with `writeAs`, before anything else.
   */
  readonly versioned?: boolean;
  /** The path of the created resource, such as `/v1/purses/:id`. The first answer is then a 201. */
  readonly creates?: `/v1/${string}/:id`;
  /** Its own refusals, in addition to those of every operation. */
  readonly refuses?: readonly ProblemCode[];
}

/** A query returns a resource or list, a command its outcome, a stream parts of a list. */
type Result<Route, Response> = Route extends `GET ${string}`
  ? Response | Promise<Response>
  : Route extends string
    ? Promise<Answer<Response>>
    : AsyncGenerator<Response>;

/** An operation as it was declared, with the request class of its method. */
export interface OperationDeclaration extends Declaration<Rpc, Http> {
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

const OPERATION = Symbol('Operation');

/**
 * Declares a controller method as an operation. The method takes the caller (for a command, its
 * `RequestContext`) and the request, an instance of a class that declares its valid fields. The method
 * does not depend on a transport: REST routes, gRPC methods, scopes and documents are derived from this.
 */
export function Operation<Name extends Rpc, Route extends Http | undefined = undefined>(
  declared: Declaration<Name, Route>,
) {
  type Returned = Result<Route, json.Answers[Name]>;
  return <Method extends (caller: never, request: never, ...rest: never) => Returned>(
    prototype: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const [, request] = Reflect.getMetadata('design:paramtypes', prototype, name) as unknown[];
    const operation = {
      ...(declared as Declaration<Name, Http>),
      kind: kindOf(declared.http),
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
function routeOf({ http }: OperationDeclaration): readonly MethodDecorator[] {
  if (http === undefined) return [];
  const [method, path] = http.split(' ') as [keyof typeof RequestMethod, string];
  return [RequestMapping({ method: RequestMethod[method], path }), HttpCode(200), takesPrepared];
}

const Prepared = createParamDecorator((part: 'caller' | 'request', context: ExecutionContext) => {
  const { prepared } = context.switchToHttp().getRequest<{ prepared: Record<string, unknown> }>();
  return prepared[part];
});

/** The edge provides the method's two parameters. */
const takesPrepared: MethodDecorator = (prototype, name) => {
  Prepared('caller')(prototype, name, 0);
  Prepared('request')(prototype, name, 1);
};

/** Whether an operation takes `If-Match`: there is nothing to match before a resource is created. */
export function takesIfMatch({ kind, versioned, creates }: OperationDeclaration): boolean {
  return kind === 'command' && versioned === true && creates === undefined;
}

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
