import type { v1 } from '@daybook/contracts';
import type { Type } from '@nestjs/common';
import type { ProblemCode } from './problems';
import type { Tier } from './rate-limit';
import type { Answer } from './request-context';
import type { Scope } from './scopes';

type Definitions = {
  [Name in keyof typeof v1]: (typeof v1)[Name] extends { fullName: string }
    ? (typeof v1)[Name]
    : never;
}[keyof typeof v1];

type MethodsOf<Definition> = Definition extends { name: infer Service; methods: infer Methods }
  ? `${Service & string}/${(Methods[keyof Methods] & { name: string })['name']}`
  : never;

/** A method of `daybook.v1`, such as `PurseService/MintPurse`. */
export type Rpc = MethodsOf<Definitions>;

/** Method and path of a route. */
export type Http = `${'GET' | 'POST' | 'PATCH'} /${string}`;

/** The declaration of an operation. Both edges, the documents and the tests are derived from it. */
export interface Declaration<Route extends Http | undefined, Response> {
  /** Method and path; a variable such as `:purseId` is a field of the request. Omitted: not served over REST. */
  readonly http?: Route;
  /** Omitted: not served over gRPC. */
  readonly rpc?: Rpc;
  readonly scope: Scope;
  /** The quota that it counts against; `standard` if omitted. */
  readonly tier?: Tier;
  /** The class of the resource or list. A command also answers with its position. */
  readonly answers: Type<Response>;
  /** The path of the created resource, such as `/v1/purses/:id`. The first answer is then a 201. */
  readonly creates?: `/v1/${string}/:id`;
  /** Its own refusals, in addition to those of every operation. */
  readonly refuses?: readonly ProblemCode[];
  readonly summary: string;
}

/** A query returns a resource, a command its outcome, a stream parts of a list. */
export type Result<Route, Response> = Route extends `GET ${string}`
  ? Response | Promise<Response>
  : Route extends string
    ? Promise<Answer<Response>>
    : AsyncGenerator<Response>;

/** An operation as it was declared, with the request class of its method. */
export interface OperationDeclaration extends Omit<Declaration<Http, object>, 'tier'> {
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
