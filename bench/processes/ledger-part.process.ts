import 'reflect-metadata';
import { readEnvironment } from '@daybook/platform';
import { NestFactory } from '@nestjs/core';
import { LedgerEnv } from '../../apps/ledger/src/ledger.env';
import { LedgerModule } from '../../apps/ledger/src/ledger.module';
import { answerWith, endWith } from '../support/processes';

/** The ledger without its edges: the roles that the environment names, and nothing that listens. */
async function main(): Promise<void> {
  const module = LedgerModule.forRoot(readEnvironment(LedgerEnv));
  const app = await NestFactory.createApplicationContext(module, { logger: ['warn', 'error'] });
  endWith(() => app.close());
  answerWith('ready');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
