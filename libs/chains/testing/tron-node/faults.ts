import { type Json, STRANGER, seal, witnessOf } from '../tron-blocks';
import type { View } from './answers';
import type { Writer } from './print';

export type Port = 'full' | 'solidity';

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text as it is. */
  readonly body: object | string;
  readonly writer: Writer;
  readonly delayMs?: number;
  /** How the connection ends in the place of the answer, or in its middle. */
  readonly breaks?: 'before' | 'within';
}

export interface Fault {
  readonly port?: Port;
  /** Names of endpoints, such as `getblock`. All without it. */
  readonly on?: readonly string[];
  /** How many answers it spoils. All without it, until it is removed. */
  readonly times?: number;
  readonly spoil: Spoil;
}

/** Makes a faulty answer of a right one. */
export type Spoil = (reply: Reply, view: View) => Reply;

export type Faults = ReturnType<typeof createFaults>;

/** The faults of a node that a test has switched on. */
export function createFaults() {
  const active = new Map<Fault, number>();
  return {
    /** Returns what switches it off. */
    add: (fault: Fault): (() => void) => {
      active.set(fault, fault.times ?? Number.POSITIVE_INFINITY);
      return () => void active.delete(fault);
    },
    clear: (): void => active.clear(),
    spoil: (port: Port, name: string, reply: Reply, view: View): Reply => {
      let spoilt = reply;
      for (const [fault, left] of active) {
        const isMeant = (fault.port ?? port) === port && (fault.on?.includes(name) ?? true);
        if (!isMeant) continue;
        spoilt = fault.spoil(spoilt, view);
        if (left > 1) active.set(fault, left - 1);
        else active.delete(fault);
      }
      return spoilt;
    },
  };
}

const withBody =
  (change: (body: Json, view: View) => object | string): Spoil =>
  (reply, view) => ({ ...reply, body: change(reply.body as Json, view) });

export const emptyAnswer: Spoil = withBody(() => '');

/** A sentence in the place of JSON, as lite nodes and load balancers send it. */
export const bareText = (text: string): Spoil => withBody(() => text);

/** java-tron's usual way to fail: HTTP status 200. */
export const errorInside = (text: string): Spoil => withBody(() => ({ Error: text }));

/** A provider that does not want to answer: 429, 403, 503. */
export const refusedWith =
  (status: number, headers: Readonly<Record<string, string>> = {}): Spoil =>
  (reply) => ({ ...reply, status, headers, body: { Error: 'request rate exceeded' } });

/** As Jetty answers for a path that it does not serve. */
export const htmlPage: Spoil = (reply) => ({
  ...reply,
  status: 405,
  contentType: 'text/html;charset=iso-8859-1',
  body: `<html>\n<head>\n<title>Error 405 HTTP method POST is not supported by this URL</title>\n</head>\n<body><h2>HTTP ERROR 405 HTTP method POST is not supported by this URL</h2>\n</body>\n</html>\n`,
});

export const slow =
  (delayMs: number): Spoil =>
  (reply) => ({ ...reply, delayMs });

/** The connection ends without an answer. */
export const dropped: Spoil = (reply) => ({ ...reply, breaks: 'before' });

/** The connection ends after half of the answer. */
export const cutShort: Spoil = (reply) => ({ ...reply, breaks: 'within' });

/** Infos are written after their block: the last ones are missing yet. */
export const partialInfos = (missing = 1): Spoil =>
  withBody((infos) => infos.slice(0, Math.max(0, infos.length - missing)));

/** What a node answers for a block that it does not know, about one that it does. */
export const noInfos: Spoil = withBody(() => []);

/** Another block than was asked for: one below the head, as of a node behind a load balancer. */
export const otherBlock = (below: number): Spoil =>
  withBody((_, { chain, head }) => chain.at(Math.max(0, head.number - below))?.json ?? {});

/** A transaction with another content under its old id, in a block with its old root. */
export const forgedTransaction: Spoil = withBody((block) =>
  withFirstTransaction(block, (it) => ({ ...it, raw_data_hex: changed(it.raw_data_hex) })),
);

/** A failed transaction that is said to have succeeded, or the other way round. */
export const forgedOutcome: Spoil = withBody((block) =>
  withFirstTransaction(block, (it) => {
    const contractRet = it.ret[0].contractRet === 'SUCCESS' ? 'REVERT' : 'SUCCESS';
    return { ...it, ret: [{ contractRet }] };
  }),
);

/** The block with id and root that fit, signed by one who is no witness. Under `asWitness` it claims to be one. */
export const signedByStranger = ({ asWitness = false } = {}): Spoil =>
  withBody((block) => {
    const claimed = block.block_header.raw_data.witness_address;
    return seal(block, STRANGER, asWitness ? claimed : witnessOf(STRANGER));
  });

/** Logs with other amounts. No root covers them, so one node alone is believed. */
export const forgedLogs: Spoil = withBody((infos) =>
  infos.map((info: Json) => ({
    ...info,
    ...(info.log && {
      log: info.log.map((log: Json) => ({ ...log, ...(log.data && { data: changed(log.data) }) })),
    }),
  })),
);

function withFirstTransaction(block: Json, change: (transaction: Json) => Json): Json {
  const [first, ...others] = block.transactions ?? [];
  return first === undefined ? block : { ...block, transactions: [change(first), ...others] };
}

/** The hexadecimal digits with the last one changed. */
function changed(digits: string): string {
  return digits.slice(0, -1) + (Number.parseInt(digits.slice(-1), 16) ^ 1).toString(16);
}
