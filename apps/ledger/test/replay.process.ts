import { replay } from '@daybook/audit';
import 'reflect-metadata';
import { PostgresEventStore } from '@daybook/event-store';
import { AUDITED } from '../src/operations/read-models';

/** A replay in a process of its own, as on another machine: `<database's URL>`; prints the state hash. */
async function main(databaseUrl: string): Promise<void> {
  const store = new PostgresEventStore(databaseUrl);
  const { stateHash } = await replay({ ...AUDITED, store, databaseUrl });
  await store.close();
  process.stdout.write(`${stateHash}\n`);
}

main(process.argv[2] as string).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
