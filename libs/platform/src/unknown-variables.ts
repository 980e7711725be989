/**
 * Every variable that an app or the command line reads. An app knows only its own, but all of them may be in one
 * environment.
 */
export const VARIABLES: readonly string[] = [
  ...['', '_API', '_PROJECTOR', '_CONSUMER', '_RELAY', '_REACTIONS'].map(
    (role) => `DATABASE_URL${role}`,
  ),
  ...['MIGRATION_URL', 'EVENTSTOREDB_URL', 'KAFKA_BROKERS'],
  'STREAM_PREFIX',
  ...['HTTP_CONNECTIONS_MAX', 'GRPC_CONNECTIONS_MAX'],
  ...['HTTP_TLS_CERT', 'HTTP_TLS_KEY', 'METRICS_HOST', 'METRICS_PORT', 'INSECURE'],
  ...['HTTP_HOST', 'HTTP_PORT', 'GRPC_PORT', 'GRPC_REFLECTION'],
  ...['GRPC_TLS_CERT', 'GRPC_TLS_KEY', 'GRPC_TLS_CLIENT_CA', 'GRPC_TLS_CLIENT_NAMES'],
  ...['WATCHER_POLL_MS', 'ROLES', 'EVM_XPUB', 'TRON_XPUB', 'CHAINS_FILE'],
  'WALLETS_FILE',
  ...['BOOTSTRAP_API_KEY', 'OPERATOR_KEY', 'LOG_LEVEL'],
  ...['RATE_LIMIT', 'RATE_LIMIT_WALLET', 'RATE_LIMIT_FINANCIAL'],
  ...['FAILED_AUTHENTICATIONS', 'TRUSTED_PROXIES'],
  ...['LOG_FILE', 'LOG_FILE_BYTES', 'LOG_FILES'],
  // Of the command line.
  ...['LEDGER_URL', 'WATCHER_URL', 'WATCHER_DATABASE_URL'],
].map((name) => `DAYBOOK_${name}`);

/** Of the tests of this repository, and of clients in the documentation. */
const OTHERS = /^DAYBOOK_(TEST_|API_KEY$|WRITE_DOCS$|RELEASE_SCHEMAS$|SIMULATION_SEEDS$|VERBOSE$)/;
/** More differences are another word. */
const DIFFERENCES_MAX = 3;

/** A sentence for each variable that begins with `DAYBOOK_` and that nothing reads. Never has a value. */
export function unknownVariables(source: NodeJS.ProcessEnv): readonly string[] {
  const names = Object.keys(source).filter(
    (name) => name.startsWith('DAYBOOK_') && !VARIABLES.includes(name) && !OTHERS.test(name),
  );
  return names.map((name) => {
    const [nearest] = VARIABLES.map((known) => ({ known, differences: distance(name, known) }))
      .filter(({ differences }) => differences <= DIFFERENCES_MAX)
      .sort((a, b) => a.differences - b.differences);
    const right =
      nearest === undefined ? '.env.example lists all of them.' : `Is ${nearest.known} meant?`;
    return `${name} is set, but nothing reads it. ${right}`;
  });
}

/** How many letters must be added, left out or replaced to make one name of another (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
