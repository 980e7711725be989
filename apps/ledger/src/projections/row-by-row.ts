import type { StreamKind } from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection } from '@daybook/event-store';

/** A statement with its parameters. */
export type Statement = readonly [sql: string, parameters: readonly unknown[]];

/** A read model of rare events: one statement for each is as good as a set. */
export function rowByRow<Kind extends StreamKind>(
  kind: Kind,
  projection: Pick<Projection, 'name' | 'tables'>,
  statementOf: (happened: HappenedTo<Kind>) => Statement | null,
): Projection {
  return {
    ...projection,
    async apply(batch, sql) {
      for (const happened of happenedTo(kind, batch)) {
        const statement = statementOf(happened);
        if (statement !== null) await sql.query(...statement);
      }
    },
  };
}
