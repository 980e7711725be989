// The import rules of the architecture. `npm run check:imports` runs them; a rule says why it exists in its comment.
const testCode = '(\\.spec\\.ts$|\\.contract\\.ts$|/test/|/testing/)';

export default {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'Rules must be replayable anywhere: the domain imports nothing but itself.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testCode },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'libs-do-not-know-apps',
      comment: 'A library that knows an app cannot be used by another.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-meet-on-the-logs',
      comment:
        'Ledger and watcher meet on the durable logs only, so each can be deployed and replaced alone. ' +
        'The command line operates both from outside, with their own functions; nothing imports it.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/daybook/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'front-door-only',
      comment: 'Another library is used through its index, so its inside can change.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/', pathNot: testCode },
      to: {
        path: '^libs/([^/]+)/src/',
        pathNot: [
          '^libs/$2/',
          '^libs/[^/]+/src/index\\.ts$',
          '^libs/platform/src/plain/index\\.ts$',
        ],
      },
    },
    {
      name: 'libs-use-plain-only',
      comment:
        'What audit, event-store, messaging and chains share is platform/src/plain; the rest of platform is for apps.',
      severity: 'error',
      from: { path: '^libs/(audit|event-store|messaging|chains)/', pathNot: testCode },
      to: { path: '^libs/platform/', pathNot: '^libs/platform/src/plain/index\\.ts$' },
    },
    {
      name: 'plain-is-plain',
      comment:
        'Every library may import platform/src/plain, so it imports nothing but Node itself.',
      severity: 'error',
      from: { path: '^libs/platform/src/plain/', pathNot: testCode },
      to: { pathNot: '^libs/platform/src/plain/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'no-sideways-slice',
      comment:
        'Slices meet on the buses or in the domain; a sideways import makes two slices one. ' +
        'What both edges offer, controllers and wire forms are edges: one call may put several commands on the bus.',
      severity: 'error',
      from: {
        path: '^apps/ledger/src/(customers|purses|replenishments|accounts)/',
        pathNot: '(\\.(controller|api|dto)|get-replenishments|purse-replenishments)\\.ts$',
      },
      to: {
        path: '^apps/ledger/src/(customers|purses|replenishments|accounts)/',
        pathNot: '^apps/ledger/src/$1/',
      },
    },
    {
      name: 'typeorm-in-read-models-only',
      comment: 'The write path knows streams, not tables.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: [
          testCode,
          '^apps/ledger/src/(books|accounts|chains|customers|edge|events|migrations|operations|projections|purses|reactions|replenishments|runtime)/',
          '^apps/chain-watcher/src/store/',
          '(data-source|migrate|ledger\\.module|roles)\\.ts$',
        ],
      },
      to: { path: 'node_modules/typeorm' },
    },
    {
      name: 'chain-libraries-in-chains-only',
      comment: 'Chains differ in one place.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/chains/', '^apps/daybook/src/demo', testCode],
      },
      to: { path: 'node_modules/(ethers|tronweb)' },
    },
    {
      name: 'kafkajs-in-messaging-only',
      comment: 'The durable-log port is the only thing that knows a broker.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^libs/messaging/'] },
      to: { path: 'node_modules/kafkajs' },
    },
    {
      name: 'eventstore-client-in-event-store-only',
      comment: 'The event store port is the only thing that knows which engine keeps the log.',
      severity: 'error',
      from: { path: '^(apps|libs|test)/', pathNot: ['^libs/event-store/'] },
      to: { path: 'node_modules/@eventstore/' },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'Test code must never run in production.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: testCode },
      to: { path: testCode },
    },
    {
      name: 'no-circular',
      comment: 'A cycle has no first file to read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports is dead or forgotten.',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(apps|libs)/',
        pathNot: [testCode, '\\.d\\.ts$', '/main\\.ts$', '\\.cjs$', '\\.mjs$'],
      },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
  },
};
