import type { json } from '@daybook/contracts';
import { type LogIdentity, WrongLog } from '@daybook/event-store';
import { reasonOf, within } from '@daybook/platform/plain';
import type { LedgerEnv } from '../ledger.env';

/** An engine that has not answered by then is reported as not answering. */
const ANSWER_TIMEOUT_MS = 5_000;

/** How each engine is asked whether it answers. The event store answers with its last position. */
export interface EngineChecks {
  database(): Promise<unknown>;
  eventStore(): Promise<bigint>;
  /** Which log the event store has. Rejects with `WrongLog` if it is not the one of the tables. */
  log(): Promise<LogIdentity | undefined>;
  durableLog(): Promise<unknown>;
}

/** The state of the engines, whichever of them answer. Never rejects. */
export async function stateOfEngines(
  { eventstoredbUrl, kafkaBrokers }: Pick<LedgerEnv, 'eventstoredbUrl' | 'kafkaBrokers'>,
  checks: EngineChecks,
): Promise<json.Engines> {
  const [database, eventLog, durableLog, log] = await Promise.all([
    ask('postgresql', checks.database()),
    ask(eventstoredbUrl === undefined ? 'postgresql' : 'eventstoredb', checks.eventStore()),
    ask(kafkaBrokers === undefined ? 'postgresql' : 'kafka', checks.durableLog()),
    whichLog(checks.log()),
  ]);
  const { answer: head } = eventLog;
  return {
    database: database.engine,
    eventLog: { ...eventLog.engine, head: head === null ? null : String(head), ...log },
    durableLog: durableLog.engine,
  };
}

async function ask<T>(
  kind: json.Engine['kind'],
  asked: Promise<T>,
): Promise<{ readonly engine: json.Engine; readonly answer: T | null }> {
  try {
    const late = `No answer in ${ANSWER_TIMEOUT_MS / 1_000} s.`;
    const answer = await within(asked, ANSWER_TIMEOUT_MS, late);
    return { engine: { kind, answers: true, detail: null }, answer };
  } catch (error) {
    return { engine: { kind, answers: false, detail: reasonOf(error) }, answer: null };
  }
}

/** An engine that does not answer is reported without this. */
async function whichLog(
  asked: Promise<LogIdentity | undefined>,
): Promise<Pick<json.EventLogEngine, 'logId' | 'epoch' | 'refused'>> {
  try {
    const log = await within(asked, ANSWER_TIMEOUT_MS, 'late');
    return { logId: log?.id ?? null, epoch: log?.epoch ?? null, refused: null };
  } catch (error) {
    const refused = error instanceof WrongLog ? error.message : null;
    return { logId: null, epoch: null, refused };
  }
}
