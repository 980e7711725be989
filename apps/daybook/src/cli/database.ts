import { Client } from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects to a database, does the work, and disconnects. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'daybook-cli',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // When the connection is lost between two queries, the next one fails with the reason.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
