import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Latency, latencyHistogram, latencyOf } from '../support/closed-loop';
import { answerWith, endWith, readRequest } from '../support/processes';

/** Requests at fixed times, independent of earlier answers. */
export interface OpenLoopRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** One request each, in order. */
  readonly paths: readonly string[];
  readonly perSecond: number;
  /** How many of the first requests warm up the server and do not count. */
  readonly warmUp: number;
}

export interface OpenLoopAnswer extends Latency {
  readonly maxMs: number;
  /** Answers by status; 0 for requests without one. */
  readonly statuses: Readonly<Record<number, number>>;
  /** The longest delay of this process in sending. Above a few ms, it distorts the result. */
  readonly sendingDelayMaxMs: number;
}

/** Connections at most; a server that needs more is already slow. */
const CONNECTIONS_MAX = 256;
const PACE_MS = 1;

/** Resolves to the status of the answer, 0 when there is none. */
function post(
  agent: Agent,
  { url, headers, body }: OpenLoopRequest,
  path: string,
): Promise<number> {
  return new Promise((resolve) => {
    const options = {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const sent = request(`${url}${path}`, options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

/** Latency counts from the time when a request was due, so that it includes every queue. */
async function generate(load: OpenLoopRequest): Promise<OpenLoopAnswer> {
  const { paths, perSecond, warmUp } = load;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const histogram = latencyHistogram();
  const statuses: Record<number, number> = {};
  let sendingDelayMaxMs = 0;

  async function send(path: string, index: number, intendedAt: number): Promise<void> {
    const sendingDelayMs = performance.now() - intendedAt;
    const status = await post(agent, load, path);
    if (index < warmUp) return;
    const latencyMs = performance.now() - intendedAt;
    histogram.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
    statuses[status] = (statuses[status] ?? 0) + 1;
    sendingDelayMaxMs = Math.max(sendingDelayMaxMs, sendingDelayMs);
  }

  const startedAt = performance.now();
  const underWay: Promise<void>[] = [];
  for (let next = 0; next < paths.length; await sleep(PACE_MS)) {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; next < due && next < paths.length; next++) {
      underWay.push(send(paths[next] as string, next, startedAt + (next / perSecond) * 1000));
    }
  }
  await Promise.all(underWay);
  agent.destroy();
  return { ...latencyOf(histogram), maxMs: histogram.maxValue / 1000, statuses, sendingDelayMaxMs };
}

async function main(): Promise<void> {
  const load = await readRequest<OpenLoopRequest>();
  endWith(async () => undefined);
  answerWith(await generate(load));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
