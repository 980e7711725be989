import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Endpoint, Refusal, type View } from './answers';
import { type Faults, htmlPage, type Port, type Reply } from './faults';
import { print } from './print';

/** No question of a watcher is larger; a broadcast transaction may have 500 KB. */
const BODY_BYTES_MAX = 1_048_576;

export interface PortPlan {
  readonly name: Port;
  /** 0 for any free one. */
  readonly port: number;
  /** Further ones are reset. */
  readonly connectionsMax: number;
  /** Such as `/wallet/`. */
  readonly prefix: string;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly view: () => View;
  readonly faults: Faults;
  /** Told of each question. */
  readonly asked: (name: string) => void;
  /** APIs that the node's configuration switches off. */
  readonly disabled: ReadonlySet<string>;
  /** Answers to other paths; undefined where there is none. */
  readonly control: (
    path: string,
    question: Readonly<Record<string, unknown>>,
  ) => object | undefined;
}

/** Serves one port of the node. */
export async function servePort(plan: PortPlan) {
  const server = createServer((request, response) => {
    answer(plan, request, response).catch(() => response.destroy());
  });
  server.maxConnections = plan.connectionsMax;
  // The other end may be gone before it has read everything.
  server.on('connection', (socket: Socket) => socket.on('error', () => socket.destroy()));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(plan.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async (): Promise<void> => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  plan: PortPlan,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://node');
  const body = await bodyOf(request);
  const isGet = request.method === 'GET';
  const name = pathname.startsWith(plan.prefix) ? pathname.slice(plan.prefix.length) : '';
  plan.asked(name);
  const view = plan.view();
  const read = () => (isGet ? questionIn(searchParams) : questionOf(body));
  const right = replyTo(plan, pathname, name, read, view);
  const { status, contentType, headers, breaks, delayMs, ...reply } = plan.faults.spoil(
    plan.name,
    name,
    right,
    view,
  );
  if (delayMs !== undefined) await sleep(delayMs, undefined, { ref: false });
  const text = typeof reply.body === 'string' ? reply.body : print(reply.body, reply.writer);
  if (breaks === 'before') return void response.destroy();
  const bytes = Buffer.from(text);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    ...headers,
  });
  if (breaks === undefined) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

const CONTROL_PREFIX = '/stand-in/';
const JSON_TYPE = { contentType: 'application/json; charset=utf-8', writer: 'fastjson' } as const;

function replyTo(
  { name: port, endpoints, disabled, control }: PortPlan,
  path: string,
  name: string,
  read: () => Readonly<Record<string, unknown>>,
  view: View,
): Reply {
  if (disabled.has(name)) {
    const body = { Error: 'this API is unavailable due to config' };
    return { ...JSON_TYPE, status: 404, body };
  }
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  try {
    if (endpoint !== undefined) {
      // These take no question: java-tron does not read what is sent.
      const question = UNASKED.has(name) ? {} : read();
      const { writer } = endpoint;
      return { ...JSON_TYPE, status: 200, writer, body: endpoint.answer(view, question) };
    }
    const isControl = port === 'full' && path.startsWith(CONTROL_PREFIX);
    const own = isControl ? control(path.slice(CONTROL_PREFIX.length), read()) : undefined;
    if (own !== undefined) return { ...JSON_TYPE, status: 200, body: own };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...JSON_TYPE, status: 200, body: { Error: error.message } };
  }
  return htmlPage({ ...JSON_TYPE, status: 405, body: '' }, view);
}

const UNASKED: ReadonlySet<string> = new Set([
  ...['getnowblock', 'getnodeinfo', 'listwitnesses', 'gettransactionlistfrompending'],
]);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('The question is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function questionOf(body: string): Readonly<Record<string, unknown>> {
  let question: unknown;
  try {
    question = JSON.parse(body);
  } catch {
    throw new Refusal('com.alibaba.fastjson.JSONException', 'syntax error, position at 0');
  }
  if (typeof question === 'object' && question !== null && !Array.isArray(question)) {
    return question as Readonly<Record<string, unknown>>;
  }
  throw new Refusal('com.alibaba.fastjson.JSONException', 'can not cast to JSONObject.');
}

/** The parameters of a GET request. Numbers and booleans are texts there. */
function questionIn(parameters: URLSearchParams): Readonly<Record<string, unknown>> {
  const read = (name: string, value: string) =>
    /^(num|startNum|endNum)$/.test(name)
      ? Number(value)
      : name === 'detail'
        ? value === 'true'
        : value;
  return Object.fromEntries([...parameters].map(([name, value]) => [name, read(name, value)]));
}
