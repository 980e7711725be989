import { applyDecorators, type INestApplicationContext, SetMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Declaration, Http, OperationDeclaration, Result } from './declaration';
import { fieldsOf } from './fields';
import { routeOf } from './route';

const OPERATION = Symbol('Operation');

/**
 * Declares a controller method as an operation. The method takes the caller (for a command, its
 * `RequestContext`) and the request, an instance of a class that declares its valid fields. The method
 * does not depend on a transport: REST routes, gRPC methods, scopes and documents are derived from this.
 */
export function Operation<Response extends object, Route extends Http | undefined = undefined>(
  declared: Declaration<Route, Response>,
) {
  return <
    Method extends (caller: never, request: never, ...rest: never) => Result<Route, Response>,
  >(
    prototype: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const [, request] = Reflect.getMetadata('design:paramtypes', prototype, name) as unknown[];
    const operation = {
      ...(declared as Declaration<Http, Response>),
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
