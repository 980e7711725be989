import { join, relative } from 'node:path';
import * as ts from 'typescript';

/**
 * The compiler is the checklist: a new event does not compile until everything that must decide about
 * it has decided. Events are planted in the product's sources in memory, and the compiler is asked.
 */
const ROOT = join(__dirname, '..');

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);

/**
 * The sources, without their tests, of the apps and libraries that have events of the log in hand. The others meet them
 * as messages, or not at all, and take the compiler a third of its time.
 */
const SOURCES = ['apps/daybook', 'apps/ledger', 'libs/audit', 'libs/domain', 'libs/event-store']
  .flatMap((name) => ts.sys.readDirectory(join(ROOT, name, 'src'), ['.ts']))
  .filter((file) => !file.endsWith('.spec.ts'));

/** The files in which the compiler finds errors when the unions of these files have one event more. */
function complaints(events: Readonly<Record<string, string>>): readonly string[] {
  const host = ts.createCompilerHost(options);
  const { readFile } = host;
  host.readFile = (file) => {
    const text = readFile(file);
    const type = events[relative(ROOT, file)];
    if (type === undefined || text === undefined) return text;
    const union = /export type \w+Event = EventIn<\{\n/;
    expect(text).toMatch(union);
    return text.replace(union, (start) => `${start}  ${type}: {};\n`);
  };
  const program = ts.createProgram(SOURCES, { ...options, noEmit: true }, host);
  const files = SOURCES.flatMap((file) =>
    program.getSemanticDiagnostics(program.getSourceFile(file)),
  ).map(({ file }) => relative(ROOT, file?.fileName ?? ''));
  return [...new Set(files)].sort((a, b) => (a < b ? -1 : 1));
}

/** Declares its postings and its public form. */
const DECLARATIONS = 'libs/domain/src/events.ts';

// All at once: the compiler takes most of its time for what is not planted.
it('names every place that has not decided about new events', () => {
  const events = {
    'libs/domain/src/account.ts': 'AccountClosed',
    'libs/domain/src/customer.ts': 'CustomerMerged',
    'libs/domain/src/operator.ts': 'OperatorRenamed',
    'libs/domain/src/purse.ts': 'PurseSwept',
    'libs/domain/src/outflow-event.ts': 'OutflowForgotten',
    'libs/domain/src/replenishment-event.ts': 'ReplenishmentLost',
    'libs/domain/src/finding-event.ts': 'FindingLost',
    'libs/domain/src/watch-request.ts': 'WatchPaused',
    'libs/domain/src/address-branch.ts': 'AddressBranchClosed',
    'libs/domain/src/asset-record.ts': 'AssetForgotten',
    'libs/domain/src/key-claim.ts': 'KeyClaimWithdrawn',
  };
  expect(complaints(events)).toEqual([
    'apps/ledger/src/accounts/accounts.projection.ts',
    'apps/ledger/src/chains/assets.projection.ts',
    'apps/ledger/src/customers/customers.projection.ts',
    'apps/ledger/src/edge/keys.ts',
    // It reads the purse of every replenishment event, and the planted one has none.
    'apps/ledger/src/events/complete-events.ts',
    'apps/ledger/src/findings/findings.projection.ts',
    'apps/ledger/src/operations/operators.projection.ts',
    'apps/ledger/src/operations/watch-requests.projection.ts',
    'apps/ledger/src/outflows/outflows.projection.ts',
    'apps/ledger/src/outflows/settle-replenishments.reaction.ts',
    'apps/ledger/src/purses/address-branches.projection.ts',
    'apps/ledger/src/purses/expire-purses.reaction.ts',
    'apps/ledger/src/purses/purses.projection.ts',
    'apps/ledger/src/replenishments/replenishments.projection.ts',
    'libs/domain/src/account.ts',
    'libs/domain/src/address-branch.ts',
    'libs/domain/src/asset-record.ts',
    'libs/domain/src/complete-replenishment.ts',
    'libs/domain/src/customer.ts',
    DECLARATIONS,
    'libs/domain/src/finding.ts',
    'libs/domain/src/key-claim.ts',
    'libs/domain/src/operator.ts',
    'libs/domain/src/outflow.ts',
    'libs/domain/src/purse.ts',
    'libs/domain/src/replenishment-state.ts',
    'libs/domain/src/watch-request.ts',
  ]);
});
