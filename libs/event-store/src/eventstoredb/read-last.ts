import type { EventStoreDBClient } from '@eventstore/db-client';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { CallOptions, Metadata } from '@grpc/grpc-js';
import { type Position, START, StoreUnavailable } from '../event-store';
import { cannotBeRead } from './errors';
import { fromLeader, READ_SILENCE_MS, SEARCH_WINDOW } from './reads';

/** Internals with which the client makes its calls, as in `connection.ts`. */
interface Inside {
  GRPCStreamCreator(
    Client: unknown,
    name: string,
    create: (grpc: StreamsClient) => ReadCall,
  ): () => Promise<ReadCall>;
  callArguments(options: object, callOptions: CallOptions): [Metadata, CallOptions];
}

interface ReadCall {
  on(event: 'data', listener: (response: ReadResp) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  cancel(): void;
}

/**
 * The position of the last event in streams with these prefixes, or of the last event at all, as the
 * leader has it. The server can read backwards through a filter, but this client has no method for it,
 * so the request is built here from the client's generated messages.
 */
export function readLast(
  client: EventStoreDBClient,
  prefixes: readonly string[] | undefined,
): Promise<Position> {
  return fromLeader(() => askLast(client, prefixes));
}

async function askLast(
  client: EventStoreDBClient,
  prefixes: readonly string[] | undefined,
): Promise<Position> {
  const inside = client as unknown as Inside;
  const open = inside.GRPCStreamCreator(StreamsClient, 'readAll', (grpc) =>
    grpc.read(
      request(prefixes),
      ...inside.callArguments({ requiresLeader: true }, { deadline: Number.POSITIVE_INFINITY }),
    ),
  );
  let call: ReadCall;
  try {
    call = await open();
  } catch (cause) {
    throw cannotBeRead(cause);
  }
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      call.cancel();
      reject(new StoreUnavailable(`EventStoreDB sent nothing for ${READ_SILENCE_MS} ms.`));
    }, READ_SILENCE_MS);
    let last = START;
    call.on('data', (response) => {
      const position = response.getEvent()?.getEvent()?.getCommitPosition();
      if (position !== undefined) last = BigInt(position);
    });
    call.on('error', (error) => {
      clearTimeout(late);
      reject(cannotBeRead(error));
    });
    call.on('end', () => {
      clearTimeout(late);
      resolve(last);
    });
  });
}

function request(prefixes: readonly string[] | undefined): ReadReq {
  const { Options } = ReadReq;
  const options = new Options()
    .setAll(new Options.AllOptions().setEnd(new Empty()))
    .setReadDirection(Options.ReadDirection.BACKWARDS)
    .setCount('1')
    .setUuidOption(new Options.UUIDOption().setString(new Empty()));
  if (prefixes === undefined) return new ReadReq().setOptions(options.setNoFilter(new Empty()));
  const streams = new Options.FilterOptions.Expression().setPrefixList([...prefixes]);
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(streams)
    .setMax(SEARCH_WINDOW)
    .setCheckpointintervalmultiplier(1);
  return new ReadReq().setOptions(options.setFilter(filter));
}
