import { loadChainsFile } from '@daybook/chains';
import { parseBrokerAddress } from '@daybook/messaging';
import { AppEnv, IsWholeNumber, readEnvironment, readHttpTls } from '@daybook/platform';
import { IsOptional } from 'class-validator';

/** The chain-watcher's configuration, read once at start. `.env.example` explains each variable. */
export class WatcherEnv extends AppEnv {
  /** Where `/livez`, `/readyz` and `/startupz` answer. */
  @IsWholeNumber(0, 65_535)
  readonly httpPort: number = 3001;

  /** How often the head of every chain is polled; by its block time when left out. */
  @IsOptional()
  @IsWholeNumber(50, 60_000)
  readonly watcherPollMs?: number;
}

/** Checks what it can without another machine. Throws an error whose message says what would be right. */
export function readWatcherEnv(source: NodeJS.ProcessEnv = process.env): Readonly<WatcherEnv> {
  const env = readEnvironment(WatcherEnv, source);
  readHttpTls(env);
  loadChainsFile(env.chainsFile ?? null);
  if (env.kafkaBrokers !== undefined) parseBrokerAddress(env.kafkaBrokers);
  return env;
}
