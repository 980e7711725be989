import type { Projection } from '@daybook/event-store';
import { DATABASE_ROLES, type DatabaseRole } from '../src/ledger.env';

/** A table, and what each role may do to it. */
export interface TableRights {
  readonly schema: string;
  readonly table: string;
  readonly writers: Partial<Record<DatabaseRole, readonly string[]>>;
}

const HEAD = `# The roles of the database

The ledger's parts write different tables. Each may connect as a user of its own, so that one that is taken over cannot
forge what another one writes:

| role | variable | runs in a process with | does |
|---|---|---|---|
| api | \`DAYBOOK_DATABASE_URL_API\` | \`api\` | answers requests, appends events |
| projector | \`DAYBOOK_DATABASE_URL_PROJECTOR\` | \`projector\` | writes the read models, all that follows from the event log; appends nothing |
| consumer | \`DAYBOOK_DATABASE_URL_CONSUMER\` | \`consumer\` | reads what watchers report, appends events |
| relay | \`DAYBOOK_DATABASE_URL_RELAY\` | \`relay\` | publishes messages; appends nothing |
| reactions | \`DAYBOOK_DATABASE_URL_REACTIONS\` | \`projector\` | does what must happen because of an event or of time, appends events |

A role without a variable uses \`DAYBOOK_DATABASE_URL\`. A process opens one pool for each role that it runs, and one for roles
with the same URL. \`DAYBOOK_DATABASE_URL\` alone is enough to run the ledger, but then one user may do all that is listed here. The
event log is opened once in a process, as its first role in the order api, consumer, reactions, relay, projector. Messages of the
durable log are published by the role that may, and read by the consumer. Requests are for processes with \`api\`: where another
role stands in, what it may not write is refused. The chain-watcher has a user and a schema of its own.

## Setting up

\`npm start\` creates all of them in its own PostgreSQL, where they may connect to no other database. Elsewhere set the variables for the
migration too: \`node dist/apps/ledger/src/migrate.js\` creates the users of \`DAYBOOK_DATABASE_URL_<ROLE>\` that do not exist, or, if the
owner may create none, prints the statements for an administrator. It gives each user the rights of its roles and takes all others
in the ledger's schemas from it, so run it again after a variable has changed. On a server that has nothing but Daybook, also run:

\`\`\`sql
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
REVOKE ALL ON DATABASE daybook FROM PUBLIC;
\`\`\`

## Who writes what

Every role may read every table but \`event_store.head\`, \`messaging.publisher\` and the schema \`vault\`, which the api alone
reads: no other part needs the keys of customers ([vault.md](vault.md)). Nobody changes an event: they are appended by
\`event_store.append\` and \`append_claimed\` alone, which the roles api, consumer and reactions may call. They work out streams, revisions,
positions and times themselves. A notice of growth, which any user may send, is only a hint: readers ask the log.

Tables that follow from the event log are written by the projector alone: keys, purses and figures too. \`npx daybook replay --compare\`
compares them with the event log ([audit.md](audit.md)):

`;

/** \`docs/database-roles.md\`: every table with its writers. */
export function rolesPage(
  rights: readonly TableRights[],
  models: readonly Projection[],
  published: Readonly<Record<DatabaseRole, readonly string[]>>,
): string {
  const derived = new Set(models.flatMap(({ tables }) => tables));
  const isDerived = ({ schema, table }: TableRights) => schema === 'ledger' && derived.has(table);
  const list = models.map(({ name, tables }) => `| ${name} | ${tables.map(code).join(', ')} |\n`);
  const topics = DATABASE_ROLES.filter((role) => published[role].length > 0).map(
    (role) => `| ${role} | ${published[role].map(code).join(', ')} |\n`,
  );
  const rows = rights.filter((each) => !isDerived(each)).map(row);
  return `${HEAD}| read model | tables |
|---|---|
${list.join('')}
All others:

| table | written by |
|---|---|
${rows.join('')}
Messages of the durable log in PostgreSQL are written by \`messaging.publish\` alone, which lets each user publish to its own topics
(\`messaging.publisher\`). No role publishes what watchers say: transfers, outflows, the heads of chains and reports. On Kafka, access
control lists of the brokers can do the same for the two apps.

| role | publishes to |
|---|---|
${topics.join('')}
In \`ledger.checkpoint\` each reader of the event log keeps how far it has come. A trigger leaves the row of the read models to the
projector. This page is generated from the catalog of a migrated database.
`;
}

function row({ schema, table, writers }: TableRights): string {
  const roles = DATABASE_ROLES.filter((role) => writers[role] !== undefined);
  const texts = roles.map((role) => `${role} (${writers[role]?.join(', ').toLowerCase()})`);
  return `| ${code(`${schema}.${table}`)} | ${texts.join('; ') || 'the owner alone'} |\n`;
}

function code(name: string): string {
  return `\`${name}\``;
}
