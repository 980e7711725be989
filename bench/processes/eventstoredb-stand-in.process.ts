import { startEventStoreDbStandIn } from '../../libs/event-store/testing/eventstoredb-stand-in';
import { answerWith, endWith, readRequest } from '../support/processes';

/** Speaks EventStoreDB's protocol and keeps its log in memory, so that the client is what is measured. */
async function main(): Promise<void> {
  await readRequest();
  const standIn = await startEventStoreDbStandIn();
  endWith(() => standIn.stop());
  answerWith(standIn.url);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
