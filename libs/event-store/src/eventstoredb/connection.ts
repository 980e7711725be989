import { within } from '@daybook/platform/plain';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  type StreamsClient,
  StreamsService,
} from '@eventstore/db-client/generated/streams_grpc_pb';
import { type CallOptions, type Metadata, status } from '@grpc/grpc-js';
import { StoreUnavailable } from '../event-store';
import { codeOf, messageOf } from './errors';

/** How long connecting may take, discovery of a cluster included. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A bidirectional call that carries many appends. */
interface AppendCall {
  on(event: string, listener: (...args: never[]) => void): this;
  cancel(): void;
}

/** Internals of the client, version 6.2.1, declared as protected. A test fails when an update moves them. */
export interface Inside {
  GRPCStreamCreator: (
    Client: unknown,
    name: string,
    create: (grpc: StreamsClient) => unknown,
    cache?: unknown,
  ) => () => Promise<unknown>;
  execute<Client, T>(
    Client: new (...args: never[]) => Client,
    name: string,
    action: (grpc: Client) => Promise<T>,
  ): Promise<T>;
  callArguments(options: object, callOptions: CallOptions): [Metadata, CallOptions];
  supports(method: unknown): Promise<boolean>;
}

export type Connection = ReturnType<typeof connect>;

/**
 * The one client of a process. Appends share a call, and the library keeps the pending appends of all
 * clients of the process in one place, so two clients would end each other's appends.
 */
export function connect(create: () => EventStoreDBClient) {
  let call: AppendCall | undefined;
  let client = guarded(create());
  /** Whether the last check reached a server, and nothing has failed since. */
  let isReady = false;
  let lost = (): void => undefined;

  function guarded(made: EventStoreDBClient): EventStoreDBClient {
    const inside = made as unknown as Inside;
    const original = inside.GRPCStreamCreator;
    inside.GRPCStreamCreator = (Client, name, make, cache) => {
      if (name !== 'appendToStream') return original(Client, name, make, cache);
      const keepCall = (grpc: StreamsClient) => {
        const batchAppend = (...args: []) => {
          call = tolerant(grpc.batchAppend(...args) as unknown as AppendCall);
          // It lasts as long as its connection; the next one may reach a server with another log.
          for (const end of ['error', 'end']) call.on(end, () => lost());
          return call;
        };
        return make({ batchAppend } as unknown as StreamsClient);
      };
      return original(Client, name, keepCall, cache);
    };
    return made;
  }

  return {
    /** The current client; it is replaced when it cannot recover. */
    client: (): EventStoreDBClient => client,
    /** Calls `listener` when the connection that carries appends was lost. */
    onLost: (listener: () => void): void => {
      lost = listener;
    },
    /** Something failed: the next `ready` checks again. */
    doubt: (): void => {
      isReady = false;
    },
    /** Checks. Rejects with `StoreUnavailable` when no server can be reached: nothing has been sent then. */
    ready: async (): Promise<void> => {
      if (isReady) return;
      const { supports } = client as unknown as Inside;
      try {
        const late = `no answer within ${CONNECT_TIMEOUT_MS} ms`;
        await within(supports(StreamsService.batchAppend), CONNECT_TIMEOUT_MS, late);
        isReady = true;
      } catch (cause) {
        // The client repeats the question only when the server was not reached; any other error it
        // remembers for ever, so that client is replaced.
        if (codeOf(cause) !== status.UNAVAILABLE) {
          const old = client;
          client = guarded(create());
          old.dispose().catch(() => undefined);
        }
        throw new StoreUnavailable(`EventStoreDB cannot be reached: ${messageOf(cause)}`, {
          cause,
        });
      }
    },
    /** Ends the silent call that carries appends: all of them fail, and the next append opens a new call. */
    giveUpAppends: (): void => {
      call?.cancel();
      call = undefined;
    },
    close: () => client.dispose(),
  };
}

/**
 * An answer to an append that is no longer pending (late, or given twice) makes the client throw from a
 * listener, which would end the process. The append has its result already, so that error is ignored.
 */
function tolerant(call: AppendCall): AppendCall {
  const on = call.on.bind(call);
  call.on = (event: string, listener: (...args: never[]) => void) => {
    if (event !== 'data') return on(event, listener);
    return on('data', (...args) => {
      try {
        listener(...args);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    });
  };
  return call;
}
