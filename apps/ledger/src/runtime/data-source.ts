import { LIVE_SCHEMA } from '@daybook/audit';
import { DataSource, type DataSourceOptions, getMetadataArgsStorage } from 'typeorm';

/** Queries and projections share the pool; each projector group needs one, each request one. */
const CONNECTIONS_MAX = 12;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than any page or batch takes; a statement beyond it is ended by the server. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** The connection to the ledger's schema: read models, checkpoints and what else PostgreSQL keeps. */
export function ledgerDataSource(
  url: string,
  options: Partial<DataSourceOptions> = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    // Every `@Entity` that this process has loaded: a feature's row needs no second list.
    entities: getMetadataArgsStorage().tables.map(({ target }) => target),
    poolSize: CONNECTIONS_MAX,
    applicationName: 'daybook-ledger',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // synchronous_commit: rows and checkpoint are lost together or not at all, and the log tells them
    // again; so their commits need not wait for the disk.
    // search_path: projections name no schema, so that a replay runs the same statements elsewhere.
    // jit: a batch is planned once and runs for milliseconds; compiling it takes longer.
    extra: {
      options: `-c synchronous_commit=off -c search_path=${LIVE_SCHEMA} -c jit=off -c timezone=UTC -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    },
    ...(options as object),
  });
}
