import { rebuild, rollBack } from '@daybook/audit';
import 'reflect-metadata';
import { PostgresEventStore } from '@daybook/event-store';
import { Client } from 'pg';
import { AUDITED } from '../src/operations/read-models';

/** What a process of its own does, and where it is killed. */
export interface RebuildProcess {
  readonly ownerUrl: string;
  readonly does: 'rebuild' | 'roll back';
  /** Statements, as regular expressions, that must come in this order; the last one is the place. */
  readonly diesAt?: readonly string[];
  /** Before the statement is sent, while it is under way, or when it was answered. */
  readonly dies?: 'before' | 'during' | 'after';
}

async function main({ ownerUrl, does, diesAt = [], dies }: RebuildProcess): Promise<void> {
  if (dies !== undefined) dieAt(diesAt, dies);
  const store = new PostgresEventStore(ownerUrl);
  const options = { ...AUDITED, store, ownerUrl, actor: 'test', pageEvents: 20 };
  if (does === 'rebuild') await rebuild({ ...options, readModel: 'all' });
  else await rollBack(options);
  await store.close();
}

/** Sends this process the signal that nobody can catch, at a statement. */
function dieAt(statements: readonly string[], when: 'before' | 'during' | 'after'): void {
  const query = Client.prototype.query as (...args: unknown[]) => unknown;
  const die = () => process.kill(process.pid, 'SIGKILL');
  let awaited = 0;
  Client.prototype.query = function counted(this: Client, ...args: unknown[]) {
    const [first] = args as [string | { readonly text?: string }];
    const text = typeof first === 'string' ? first : (first.text ?? '');
    const isNext = new RegExp(statements[awaited] ?? '(?!)', 's').test(text);
    if (isNext) awaited += 1;
    const isPlace = isNext && awaited === statements.length;
    if (isPlace && when === 'before') die();
    const answer = query.apply(this, args);
    if (isPlace && when === 'during') setImmediate(die);
    if (isPlace && when === 'after') void (answer as Promise<unknown>).then(die);
    return answer;
  } as typeof Client.prototype.query;
}

main(JSON.parse(process.argv[2] as string)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
