import { loadChainsFile, purseXpubs } from '@daybook/chains';
import { checkConnectionString } from '@daybook/event-store';
import { parseBrokerAddress } from '@daybook/messaging';
import { readEnvironment } from '@daybook/platform';
import { grpcCredentials } from '../grpc/credentials';
import { LedgerEnv, xpubsOf } from '../ledger.env';

/**
 * The configuration from environment variables, with everything that it names checked as far as no
 * other machine is needed. Throws an error whose message says what would be right.
 */
export function readLedgerEnv(source: NodeJS.ProcessEnv = process.env): Readonly<LedgerEnv> {
  const env = readEnvironment(LedgerEnv, source);
  const { connections } = loadChainsFile(env.chainsFile ?? null);
  purseXpubs(
    xpubsOf(env),
    connections.map(({ chain }) => chain),
  );
  grpcCredentials(env);
  if (env.eventstoredbUrl !== undefined) checkConnectionString(env.eventstoredbUrl);
  if (env.kafkaBrokers !== undefined) parseBrokerAddress(env.kafkaBrokers, 'DAYBOOK_KAFKA_BROKERS');
  return env;
}
