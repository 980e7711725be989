import 'reflect-metadata';
import { PostgresEventStore } from '@daybook/event-store';
import { rebuild } from '../src/audit/rebuild';

/** A rebuild in a process of its own, to be killed: `node -r test/register.cjs ... <owner's URL>`. */
async function main(): Promise<void> {
  const ownerUrl = process.argv[2] as string;
  const store = new PostgresEventStore(ownerUrl);
  const report = await rebuild({
    store,
    ownerUrl,
    readModel: 'all',
    actor: 'test',
    pageEvents: 20,
    ...(process.argv[3] !== undefined && { eventsPerSecond: Number(process.argv[3]) }),
  });
  process.stdout.write(`${report.certificate.outcome}\n`);
  await store.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
