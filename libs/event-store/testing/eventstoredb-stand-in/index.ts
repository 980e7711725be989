import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@daybook/platform';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import {
  SupportedMethod,
  SupportedMethods,
} from '@eventstore/db-client/generated/serverfeatures_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type {
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { append, batchAppend, deleteStream, tombstone } from './appends';
import { type AppendFault, type Fault, Faults, type ReadFault } from './faults';
import { ServerLog } from './log';
import { openLogFile } from './log-file';
import { rpcError } from './messages';
import { read } from './reads';

export type { AppendFault, Fault, ReadFault } from './faults';

/** What the stand-in says its version is: the first that tells a subscriber when it has caught up. */
const VERSION = '23.10.0.0';
const HOST = '127.0.0.1';
const CERTIFICATE = join(__dirname, 'localhost-cert.pem');
const KEY = join(__dirname, 'localhost-key.pem');

export interface StandInOptions {
  /** Any free port when left out. */
  readonly port?: number;
  /** Keeps the log in this file, over restarts and kills; in memory when left out. */
  readonly file?: string;
  /**
   * Who may come, by name: with TLS, and only with a password. `mayReadAll` is what an administrator
   * gives to those who may read and subscribe to `$all`. Anybody may do anything when left out.
   */
  readonly users?: Readonly<Record<string, { password: string; mayReadAll: boolean }>>;
}

export interface StandIn {
  /** For the first of the users, or without credentials. */
  readonly url: string;
  readonly port: number;
  /** As `url` for somebody else. */
  urlFor(name: string, password: string): string;
  /** Lets this happen to the next appends or reads, one each. */
  fail(fault: Fault, times?: number): void;
  /** While true, subscriptions deliver nothing and do not end. */
  mute(muted: boolean): void;
  /**
   * While true, this node is a follower that gets no new events: whoever does not require the leader reads the past, and
   * who does is sent to the leader first.
   */
  lag(isBehind: boolean): void;
  /** While true, the other two of three nodes are gone. */
  loseQuorum(isLost: boolean): void;
  /** How many subscriptions have been confirmed. */
  subscriptions(): number;
  /** Drops every connection; the server stays. */
  dropConnections(): void;
  /** Stops answering: connections are dropped and refused until `start`. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** `halt` and `start`: the log stays, what the process remembered is gone. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A stand-in for an EventStoreDB server: it speaks the real gRPC protocol, with the service definitions
 * that the client ships, and follows the server's documented rules about repeats and errors. It says
 * nothing about a real server's speed or durability.
 */
export async function startEventStoreDbStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { users } = options;
  const file = options.file === undefined ? undefined : openLogFile(options.file);
  const log = new ServerLog(file);
  let server: Server | undefined;
  // It starts again on its port, which nobody may have taken meanwhile.
  const port = options.port || (await freePort());

  const dropConnections = () => server?.drain(`${HOST}:${port}`, 0);
  const notLeader = () =>
    rpcError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': HOST,
      'leader-endpoint-port': String(port),
    });
  const faults = new Faults(dropConnections, notLeader);

  /** What is wrong with who asks; nothing if all is well. */
  function denial(metadata: Metadata, readsAll: boolean): Partial<ServiceError> | undefined {
    if (users === undefined) return undefined;
    const denied = rpcError(status.PERMISSION_DENIED, 'Access Denied.', {
      exception: 'access-denied',
    });
    const [given] = metadata.get('authorization');
    if (given === undefined) return denied;
    const pair = Buffer.from(String(given).slice('Basic '.length), 'base64').toString('utf8');
    const name = pair.slice(0, pair.indexOf(':'));
    const password = pair.slice(name.length + 1);
    const user = users[name];
    if (user?.password !== password) return rpcError(status.UNAUTHENTICATED, 'Unauthenticated');
    return readsAll && !user?.mayReadAll ? denied : undefined;
  }

  function services(): Server {
    const made = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    made.addService(StreamsService, {
      batchAppend: (call: Parameters<typeof batchAppend>[0]) => {
        const denied = denial(call.metadata, false);
        if (denied) call.emit('error', denied);
        else batchAppend(call, log, faults);
      },
      append: (call: Parameters<typeof append>[0], reply: Parameters<typeof append>[1]) => {
        const denied = denial(call.metadata, false);
        if (denied) reply(denied);
        else append(call, reply, log);
      },
      read: (call: Parameters<typeof read>[0]) => {
        const denied = denial(call.metadata, call.request.getOptions()?.hasAll() ?? false);
        if (denied) call.emit('error', denied);
        else void read(call, log, faults);
      },
      delete: (call: { request: DeleteReq }, reply: sendUnaryData<DeleteResp>) =>
        void deleteStream(call.request, reply, log),
      tombstone: (call: { request: TombstoneReq }, reply: sendUnaryData<TombstoneResp>) =>
        void tombstone(call.request, reply, log),
    });
    made.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, reply: (e: null, methods: SupportedMethods) => void) =>
        reply(null, supportedMethods()),
    });
    made.addService(GossipService, {
      read: (_: unknown, reply: (e: null, info: ClusterInfo) => void) =>
        reply(null, clusterOf(port, faults)),
    });
    return made;
  }

  function credentials(): ServerCredentials {
    if (users === undefined) return ServerCredentials.createInsecure();
    const pair = { private_key: readFileSync(KEY), cert_chain: readFileSync(CERTIFICATE) };
    return ServerCredentials.createSsl(null, [pair]);
  }

  async function start(): Promise<void> {
    const made = services();
    await new Promise<void>((resolve, reject) =>
      made.bindAsync(`${HOST}:${port}`, credentials(), (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    server = made;
  }

  async function halt(): Promise<void> {
    server?.forceShutdown();
    server = undefined;
    await log.idle();
    log.forgetIds();
  }

  await start();
  const urlFor = (name: string, password: string) =>
    `esdb://${encodeURIComponent(name)}:${encodeURIComponent(password)}@localhost:${port}` +
    `?tlsCAFile=${encodeURIComponent(CERTIFICATE)}`;
  const [first] = Object.entries(users ?? {});
  return {
    get url() {
      return first ? urlFor(first[0], first[1].password) : `esdb://${HOST}:${port}?tls=false`;
    },
    port,
    urlFor,
    fail: (fault, times = 1) => {
      for (let i = 0; i < times; i++) {
        if (fault.startsWith('read-')) faults.reads.push(fault as ReadFault);
        else faults.appends.push(fault as AppendFault);
      }
    },
    mute: (muted) => faults.mute(muted),
    lag: (isBehind) => {
      faults.behindFrom = isBehind ? log.nextPosition : undefined;
    },
    loseQuorum: (isLost) => {
      faults.isCluster = true;
      faults.hasQuorum = !isLost;
    },
    subscriptions: () => faults.subscriptions,
    dropConnections,
    halt,
    start,
    restart: async () => {
      await halt();
      await start();
    },
    stop: async () => {
      await halt();
      file?.close();
    },
  };
}

function supportedMethods(): SupportedMethods {
  const service = 'event_store.client.streams.streams';
  const methods = ['append', 'batchappend', 'read'].map((name) =>
    new SupportedMethod().setServiceName(service).setMethodName(name),
  );
  return new SupportedMethods().setMethodsList(methods).setEventStoreServerVersion(VERSION);
}

function clusterOf(port: number, { hasQuorum, isCluster }: Faults): ClusterInfo {
  const { LEADER, FOLLOWER } = MemberInfo.VNodeState;
  const member = (state: MemberInfo.VNodeState, isAlive: boolean) =>
    new MemberInfo()
      .setState(state)
      .setIsAlive(isAlive)
      .setHttpEndPoint(new EndPoint().setAddress('localhost').setPort(port));
  const others = isCluster ? [member(FOLLOWER, hasQuorum), member(FOLLOWER, hasQuorum)] : [];
  return new ClusterInfo().setMembersList([member(LEADER, true), ...others]);
}
