import { EngineMisconfigured } from '@daybook/platform/plain';
import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { StoreUnavailable } from '../event-store';
import { type Connection, connect } from './connection';
import { checkConnectionString, ENGINE } from './connection-string';
import { openCursor } from './cursor';
import { codeOf, isDenied, messageOf } from './errors';
import { EventStoreDbEventStore } from './eventstoredb-event-store';
import { readLast } from './read-last';

export interface EventStoreDbConfig {
  /** `esdb://user:password@host:2113`, or `esdb+discover://` for a cluster. */
  readonly url: string;
  /** All kinds of streams that the product writes: the part of a stream's name before its first dash. */
  readonly kinds: readonly string[];
  /** Aborts opening. */
  readonly signal?: AbortSignal;
}

/**
 * Opens the log in EventStoreDB after checking the connection string, the server, the credentials and
 * the right to read `$all`. Rejects with `EngineMisconfigured` for what must be corrected, with
 * `StoreUnavailable` for an outage.
 */
export async function openEventStoreDb(
  config: EventStoreDbConfig,
): Promise<EventStoreDbEventStore> {
  const { url, kinds, signal } = config;
  signal?.throwIfAborted();
  for (const kind of kinds) {
    if (!/^[^$-][^-]*$/.test(kind)) throw new TypeError(`"${kind}" is not a kind of streams.`);
  }
  const place = checkConnectionString(url);
  const connection = connect(() => newClient(url));
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([verify(connection, place, kinds), aborted]);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return new EventStoreDbEventStore(connection, kinds);
}

/** The client's message about a bad string repeats the password, so it is replaced. */
function newClient(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    const file = error instanceof Error && /certificate|userCertFile/.test(error.message);
    throw file
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
  try {
    await connection.ready();
  } catch (error) {
    throw notReached((error as StoreUnavailable).cause, place);
  }
  try {
    await readLast(connection.client(), undefined);
  } catch (error) {
    const { cause } = error as StoreUnavailable;
    if (!isDenied(cause)) throw notReached(cause ?? error, place);
    throw codeOf(cause) === status.UNAUTHENTICATED
      ? notKnown(cause, place)
      : notAllowed(cause, place);
  }
  await checkCaughtUp(connection, place, kinds);
}

/** Pages need the server's caught-up message, which it sends since 23.10. */
async function checkCaughtUp(
  connection: Connection,
  place: string,
  kinds: readonly string[],
): Promise<void> {
  const client = connection.client();
  const end = await readLast(client, undefined);
  const cursor = openCursor(
    client,
    kinds.map((kind) => `${kind}-`),
    end,
  );
  try {
    await cursor.page(1);
  } catch (cause) {
    if (isDenied((cause as StoreUnavailable).cause)) throw notAllowed(cause, place);
    throw new StoreUnavailable(
      `EventStoreDB at ${place} allows reading $all, but a subscription to it fails: ${messageOf(cause)} ` +
        'Version 23.10 or later answers at once.',
      { cause },
    );
  } finally {
    cursor.close();
  }
}

function notReached(cause: unknown, place: string): Error {
  const reason = messageOf(cause);
  if (isDenied(cause)) return notKnown(cause, place);
  if (/Name resolution failed|ENOTFOUND/.test(reason)) {
    return new EngineMisconfigured(
      ENGINE,
      `no host has the name that the connection string gives: ${place}.`,
      'It takes a host that this machine can resolve, and a port.',
      { cause },
    );
  }
  return new StoreUnavailable(
    `EventStoreDB at ${place} cannot be reached: ${reason.replace(/\.$/, '')}. ` +
      'It should listen there, with TLS, or without it when the connection string has tls=false.',
    { cause },
  );
}

function notKnown(cause: unknown, place: string): EngineMisconfigured {
  return new EngineMisconfigured(
    ENGINE,
    `the server at ${place} does not accept the user or the password of the connection string.`,
    'It takes the credentials of one of its users: esdb://user:password@host.',
    { cause },
  );
}

function notAllowed(cause: unknown, place: string): EngineMisconfigured {
  return new EngineMisconfigured(
    ENGINE,
    `the server at ${place} does not let this user read $all.`,
    'It takes a user of the group $admins, or one that the access control list of $all lets read.',
    { cause },
  );
}
