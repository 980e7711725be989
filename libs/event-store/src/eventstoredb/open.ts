import { EngineMisconfigured } from '@daybook/platform/plain';
import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { LOG_STREAM } from '../check-log';
import { StoreUnavailable, StreamIncomplete } from '../event-store';
import { type Connection, connect } from './connection';
import { checkConnectionString, ENGINE } from './connection-string';
import { codeOf, isDenied, messageOf } from './errors';
import { EventStoreDbEventStore } from './eventstoredb-event-store';
import { openCursor } from './read-log';
import { readEvents, readLast } from './reads';
import { DEFAULT_PREFIX, STREAM_PREFIX, type StreamNames, streamNames } from './stream-names';

/**
 * Opens the log in EventStoreDB at `esdb://user:password@host:2113`, or `esdb+discover://` for a cluster, after
 * checking the connection string, the server, the credentials and the right to read `$all`. `kinds` are all
 * kinds of streams that the product writes: the part of a stream's name before its first dash. Rejects with
 * `EngineMisconfigured` for what must be corrected, with `StoreUnavailable` for an outage.
 */
export async function openEventStoreDb(config: {
  readonly url: string;
  readonly kinds: readonly string[];
  /** For a log that begins now; one that has begun keeps its own. `daybook.` when left out. */
  readonly prefix?: string | undefined;
  /** Streams by which a log is known that began before there were prefixes: it has one of them. */
  readonly withoutPrefix?: readonly string[];
}): Promise<EventStoreDbEventStore> {
  const { url, kinds, prefix = DEFAULT_PREFIX, withoutPrefix = [] } = config;
  if (!STREAM_PREFIX.test(prefix)) throw new TypeError(`"${prefix}" is not a prefix of streams.`);
  for (const kind of kinds) {
    if (!/^[^$-][^-]*$/.test(kind)) throw new TypeError(`"${kind}" is not a kind of streams.`);
  }
  const place = checkConnectionString(url);
  const connection = connect(() => newClient(url));
  try {
    await verify(connection, place, kinds);
    const names = await namesOf(connection, prefix, withoutPrefix);
    return new EventStoreDbEventStore(connection, kinds, names);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * The names of the log's streams: with the prefix if it has begun so, without one if it has begun before there were
 * prefixes, and with the prefix if there is none yet.
 */
async function namesOf(
  { client }: Connection,
  prefix: string,
  withoutPrefix: readonly string[],
): Promise<StreamNames> {
  const names = streamNames(prefix);
  const bare = streamNames('');
  if (await isThere(client(), names, LOG_STREAM)) return names;
  for (const stream of [LOG_STREAM, ...withoutPrefix]) {
    if (await isThere(client(), bare, stream)) return bare;
  }
  return names;
}

/** Whether there is a stream of that name, incomplete or not. */
async function isThere(
  client: EventStoreDBClient,
  names: StreamNames,
  stream: string,
): Promise<boolean> {
  try {
    const found = await readEvents(client, names, stream, 0n);
    return found instanceof StreamIncomplete || found.length > 0;
  } catch (error) {
    // What this user may not read is not ours.
    if (isDenied((error as StoreUnavailable).cause)) return false;
    throw error;
  }
}

/** The client's message about a bad string repeats the password, so it is replaced. */
function newClient(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    const isFile = error instanceof Error && /certificate|userCertFile/.test(error.message);
    throw isFile
      ? new EngineMisconfigured(
          ENGINE,
          'a certificate or key file that the connection string names cannot be read.',
          'tlsCAFile names the authority of the server, userCertFile and userKeyFile come together.',
        )
      : new EngineMisconfigured(
          ENGINE,
          'the client refuses an option of the connection string.',
          'Numbers are whole milliseconds, nodePreference is leader, follower, random or read_only_replica.',
        );
  }
}

async function verify(
  connection: Connection,
  place: string,
  kinds: readonly string[],
): Promise<void> {
  let mayRead = false;
  const names = streamNames(DEFAULT_PREFIX);
  try {
    await connection.ready();
    const end = await readLast(connection.client(), undefined);
    mayRead = true;
    // Pages need the server's caught-up message, which it sends since 23.10.
    const cursor = openCursor(
      connection.client(),
      names,
      names.beginnings(kinds),
      end,
      () => undefined,
    );
    await cursor.page(1).finally(cursor.close);
  } catch (error) {
    throw explain((error as StoreUnavailable).cause ?? error, place, mayRead);
  }
}

function explain(cause: unknown, place: string, mayRead: boolean): Error {
  const misconfigured = (wrong: string, right: string) =>
    new EngineMisconfigured(ENGINE, wrong, right, { cause });
  const reason = messageOf(cause);
  if (codeOf(cause) === status.UNAUTHENTICATED) {
    return misconfigured(
      `the server at ${place} does not accept the user or the password of the connection string.`,
      'Use the credentials of one of its users: esdb://user:password@host.',
    );
  }
  if (isDenied(cause)) {
    return misconfigured(
      `the server at ${place} does not let this user read $all.`,
      'Use a user of the group $admins, or one that the access control list of $all allows to read.',
    );
  }
  if (/Name resolution failed|ENOTFOUND/.test(reason)) {
    return misconfigured(
      `no host has the name that the connection string gives: ${place}.`,
      'Name a host that this machine can resolve, and a port.',
    );
  }
  const problem = mayRead
    ? `allows reading $all, but a subscription to it fails: ${reason} Version 23.10 or later answers at once.`
    : `cannot be reached: ${reason.replace(/\.$/, '')}. ` +
      'A server must listen there: with TLS, or without TLS if the connection string has tls=false.';
  return new StoreUnavailable(`EventStoreDB at ${place} ${problem}`, { cause });
}
