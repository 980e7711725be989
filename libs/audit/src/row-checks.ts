import type { Violation } from '@daybook/domain';
import type { Projection } from '@daybook/event-store';
import type { Client } from 'pg';

/** What is wrong with rows of read models although they follow from the log. */
export async function rowViolations(
  client: Pick<Client, 'query'>,
  projections: readonly Projection[],
): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const { rowCheck } of projections) {
    if (rowCheck === undefined) continue;
    const { rows } = await client.query<Record<string, string | null>>(rowCheck.sql);
    violations.push(...rows.flatMap((row) => rowCheck.check(row)));
  }
  return violations;
}
