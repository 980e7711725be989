import { setImmediate as turn } from 'node:timers/promises';
import type { Happened, Position, Projection, Sql } from '@daybook/event-store';
import type { Client } from 'pg';
import { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from './live';

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** A statement that names the live schema would write there regardless of the search path. */
const NAMES_LIVE_SCHEMA = new RegExp(`\\b${LIVE_SCHEMA}\\.`);

const CHECKPOINT = 'SELECT position FROM checkpoint WHERE name = $1';
const CREATE_CHECKPOINT = `
  INSERT INTO checkpoint (name, position) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET position = excluded.position`;

/**
 * Folds pages into the tables on the connection's search path, with the service's own projections. A
 * projection only writes, so its statements can be collected first: the next page is folded while
 * PostgreSQL works on the current one. Rows and checkpoint of a page are one transaction.
 */
export function foldIntoTables(client: Client, projections: readonly Projection[]) {
  const names = new Map<string, string>();
  let underWay: Promise<void> = Promise.resolve();

  async function write(statements: readonly Statement[], end: Position): Promise<void> {
    const named = ({ text, values }: Statement) => {
      const name = names.get(text) ?? `audit.${names.size}`;
      names.set(text, name);
      return client.query({ name, text, values });
    };
    // Pipelined: sent together and answered in order. After a failure the server rolls all of it back.
    const answers = await Promise.allSettled([
      client.query('BEGIN'),
      ...statements.map(named),
      named({ text: CREATE_CHECKPOINT, values: [READ_MODELS_CHECKPOINT, end.toString()] }),
      client.query('COMMIT'),
    ]);
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  return {
    async fold(batch: readonly Happened[], end: Position): Promise<void> {
      const statements: Statement[] = [];
      const collect: Sql = {
        async query(text, values = []) {
          if (NAMES_LIVE_SCHEMA.test(text)) {
            throw new Error(`A projection names the schema ${LIVE_SCHEMA}: ${text.trim()}`);
          }
          statements.push({ text, values: [...values] });
        },
      };
      for (const projection of projections) {
        if (batch.length > 0) await projection.apply(batch, collect);
        // Lets the previous page's statements be sent.
        await turn();
      }
      await underWay;
      underWay = write(statements, end);
      // The next page or `end` awaits it and sees the error.
      underWay.catch(() => undefined);
    },
    /** Waits until all is committed. */
    end: () => underWay,
  };
}

/** The checkpoint of the tables on the connection's search path; null if nothing was folded yet. */
export async function checkpointOf(client: Client): Promise<Position | null> {
  const { rows } = await client.query<{ position: string }>(CHECKPOINT, [READ_MODELS_CHECKPOINT]);
  return rows[0] === undefined ? null : BigInt(rows[0].position);
}
