import { startEventStoreDbStandIn } from '../../libs/event-store/testing/eventstoredb-stand-in';
import { answerWith, endWith, readRequest } from '../support/processes';

/** A stand-in with EventStoreDB's protocol and its log in memory, so that only the client is measured. */
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
