import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { ChainsApi } from '../chains/chains.api';
import type { CustomerApi } from '../customers/customers.api';
import { ID, ID_SENTENCE } from '../edge/fields';
import { Problem } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { invalid, validated } from '../edge/validation';
import type { EventsApi } from '../events/events.api';
import type { PurseApi } from '../purses/purses.api';
import type { ReplenishmentApi } from '../replenishments/replenishments.api';

/** What both edges offer. */
export interface Apis {
  readonly customers: CustomerApi;
  readonly purses: PurseApi;
  readonly replenishments: ReplenishmentApi;
  readonly chains: ChainsApi;
  readonly events: EventsApi;
}

/** How a message is written and read. */
export interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(input: BinaryReader): Message;
}

/** A method as the contract defines it. */
export interface Definition<Request, Response> {
  readonly name: string;
  readonly requestType: Codec<Request>;
  readonly responseType: Codec<Response>;
}

/** A call that was read and found in order; `answer` does what it asks for. */
interface AskedQuery {
  readonly minPosition: string | undefined;
  answer(apis: Apis, accountId: string): Promise<Uint8Array>;
}

interface AskedCommand {
  /** The path and body of the same request over REST: what a request id stands for. */
  readonly path: string;
  readonly body: object;
  readonly requestId: string | undefined;
  answer(apis: Apis, context: RequestContext): Promise<Uint8Array>;
}

/** A method with one request and one response, and the operation of REST that does the same. */
export type UnaryMethod = { readonly name: string; readonly twin: string } & (
  | { readonly scope: 'read'; read(message: Uint8Array): AskedQuery }
  | { readonly scope: 'write'; read(message: Uint8Array): AskedCommand }
);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Refuses with `malformed-request` bytes that are no such message, texts that are not UTF-8 included. */
export function decode<Message>(codec: Codec<Message>, bytes: Uint8Array): Message {
  try {
    // Left to itself, the reader puts U+FFFD where a text is broken, and that would be kept for ever.
    return codec.decode(new BinaryReader(bytes, (text) => utf8.decode(text)));
  } catch (cause) {
    throw new Problem('malformed-request', 'The message does not follow its type.', { cause });
  }
}

type Dto<T> = new () => T;
type IdField<Request> = {
  [Name in keyof Request]: Request[Name] extends string ? Name : never;
}[keyof Request] &
  string;

/** A read. `fields` are those of the query of its twin, by the same names and under the same rules. */
export function query<Request, Response, Query extends object>(
  { name, requestType, responseType }: Definition<Request, Response>,
  twin: `GET ${string}`,
  dto: Dto<Query>,
  how: {
    readonly id?: IdField<Request>;
    readonly fields: (request: Request) => object;
    readonly answer: (
      apis: Apis,
      accountId: string,
      query: Query,
      id: string,
    ) => Response | Promise<Response>;
  },
): UnaryMethod {
  return {
    name,
    twin,
    scope: 'read',
    read(message) {
      const request = decode(requestType, message);
      const id = how.id === undefined ? '' : idOf(request, how.id);
      const given = validated(said(how.fields(request)), dto, 'query') as Query;
      const { minPosition } = given as { minPosition?: string };
      return {
        minPosition,
        answer: async (apis, accountId) =>
          responseType.encode(await how.answer(apis, accountId, given, id)).finish(),
      };
    },
  };
}

/** A command. `fields` are those of the body of its twin, by the same names and under the same rules. */
export function command<
  Request extends { readonly requestId?: string | undefined },
  Response,
  Body extends object,
>(
  { name, requestType, responseType }: Definition<Request, Response>,
  twin: `${'POST' | 'PATCH'} ${string}`,
  dto: Dto<Body>,
  how: {
    readonly id?: IdField<Request>;
    readonly fields: (request: Request) => object;
    readonly answer: (
      apis: Apis,
      context: RequestContext,
      body: Body,
      id: string,
    ) => Promise<Response>;
  },
): UnaryMethod {
  const [, path = ''] = twin.split(' ');
  return {
    name,
    twin,
    scope: 'write',
    read(message) {
      const request = decode(requestType, message);
      const id = how.id === undefined ? '' : idOf(request, how.id);
      const body = said(how.fields(request));
      const given = validated(body, dto, 'body') as Body;
      return {
        path: path.replace(':id', id),
        body,
        requestId: request.requestId,
        answer: async (apis, context) =>
          responseType.encode(await how.answer(apis, context, given, id)).finish(),
      };
    },
  };
}

/** Refuses with `validation-failed` what is no id, before anything is looked up. */
function idOf<Request>(request: Request, name: IdField<Request>): string {
  const id = request[name];
  if (typeof id === 'string' && ID.test(id)) return id;
  const detail = `${name} ${ID_SENTENCE}`;
  throw invalid([{ in: 'path', pointer: name, code: 'pattern', detail }]);
}

/** Without what was left out: JSON has no such fields either. */
function said(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
