import { DaybookClient } from '@daybook/client';
import { answerWith, endWith, readRequest } from '../support/processes';

/** Reads a number of events from the start. Answers with the seconds. */
export interface TailReaderRequest {
  readonly address: string;
  readonly apiKey: string;
  readonly events: number;
}

async function main(): Promise<void> {
  const { address, apiKey, events: wanted } = await readRequest<TailReaderRequest>();
  const daybook = new DaybookClient({ address, apiKey, tls: false });
  endWith(async () => daybook.close());
  const startedAt = performance.now();
  let seen = 0;
  for await (const { events } of daybook.events.tail({})) {
    seen += events.length;
    if (seen >= wanted) break;
  }
  answerWith((performance.now() - startedAt) / 1000);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
