import { setImmediate as turn } from 'node:timers/promises';
import { type Happened, type Position, type Projection, START } from '@daybook/event-store';
import type { Client } from 'pg';
import { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from './table-set';

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A statement that names the live schema would write there, whatever the search path is. */
const NAMES_LIVE_SCHEMA = new RegExp(`\\b${LIVE_SCHEMA}\\.`);

const SET_CHECKPOINT = `
  INSERT INTO checkpoint (name, position) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET position = excluded.position`;

/**
 * Folds pages into the tables on the connection's search path, with the service's own projections.
 * Projections only write, so their statements are collected first and the next page is folded while
 * PostgreSQL works on this one. The rows and the checkpoint of a page are one transaction.
 */
export function foldIntoTables(client: Client, projections: readonly Projection[]) {
  const names = new Map<string, string>();
  let writing: Promise<void> = Promise.resolve();

  async function write(statements: readonly Statement[]): Promise<void> {
    const run = ({ text, values }: Statement) => {
      // PostgreSQL parses and plans a named statement once.
      const name = names.get(text) ?? `audit.${names.size}`;
      names.set(text, name);
      return client.query({ name, text, values: [...values] });
    };
    // Sent together and answered in order. If one fails, the server rolls back all of them.
    const answers = await Promise.allSettled([
      client.query('BEGIN'),
      ...statements.map(run),
      client.query('COMMIT'),
    ]);
    for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
  }

  return {
    async fold(batch: readonly Happened[], end: Position): Promise<void> {
      const statements: Statement[] = [];
      const collect = async (text: string, values: readonly unknown[] = []) => {
        if (NAMES_LIVE_SCHEMA.test(text)) {
          throw new Error(`A projection names the schema ${LIVE_SCHEMA}: ${text.trim()}`);
        }
        statements.push({ text, values });
      };
      for (const projection of projections) {
        if (batch.length > 0) await projection.apply(batch, { query: collect });
        // Lets the previous page's statements be sent meanwhile.
        await turn();
      }
      statements.push({ text: SET_CHECKPOINT, values: [READ_MODELS_CHECKPOINT, end.toString()] });
      await writing;
      writing = write(statements);
      // A failure is reported when the next page or `end` awaits it.
      writing.catch(() => undefined);
    },
    /** Waits until everything is committed. */
    end: () => writing,
  };
}

/** The checkpoint of the tables on the connection's search path. */
export async function checkpointOf(client: Client): Promise<Position> {
  const { rows } = await client.query<{ position: string }>(
    'SELECT position FROM checkpoint WHERE name = $1',
    [READ_MODELS_CHECKPOINT],
  );
  return rows[0] === undefined ? START : BigInt(rows[0].position);
}
