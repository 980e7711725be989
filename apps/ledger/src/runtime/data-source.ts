import { LIVE_SCHEMA } from '@daybook/audit';
import { DataSource, type DataSourceOptions, getMetadataArgsStorage } from 'typeorm';

/** Queries and projections share the pool: one connection per follower and per running request. */
const CONNECTIONS_MAX = 12;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any page or batch takes. The server cancels a longer statement. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** The connections to the ledger's schema: read models, checkpoints and other tables. */
export function ledgerDataSource(
  url: string,
  options: Partial<DataSourceOptions> = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    // Every loaded `@Entity`, so rows of features need no second list.
    entities: getMetadataArgsStorage().tables.map(({ target }) => target),
    poolSize: CONNECTIONS_MAX,
    applicationName: 'daybook-ledger',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // synchronous_commit: rows and checkpoint are lost together or not at all, and the event log restores
    // them. So their commits need not wait for the disk.
    // search_path: projections name no schema, so a replay runs the same statements in another schema.
    // jit: a batch runs for milliseconds; compiling it takes longer.
    extra: {
      options: `-c synchronous_commit=off -c search_path=${LIVE_SCHEMA} -c jit=off -c timezone=UTC -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    },
    ...(options as object),
  });
}
