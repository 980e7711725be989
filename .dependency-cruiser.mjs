// The import rules, by layer. `npm run check:imports` runs them; each rule says why it exists in its
// comment. A new library or a new folder of the ledger is refused until it is listed here, so nothing
// is ungoverned.

/** Test code: it may look into anything. */
const testCode = '(\\.spec\\.ts$|\\.contract\\.ts$|/test/|/testing/)';

/** What each library may import of the others, through their `index.ts`. */
const LIBRARIES = {
  domain: [],
  contracts: [],
  platform: ['domain'],
  'event-store': ['domain', 'platform/plain'],
  messaging: ['domain', 'platform/plain'],
  chains: ['domain', 'platform/plain'],
  audit: ['domain', 'event-store', 'platform/plain'],
  client: ['contracts'],
};

/**
 * The folders of each app's `src`. Each may import earlier ones only, so arrows go one way and a
 * reader can begin at the front. Transports import no feature and no other transport.
 */
const FOLDERS = {
  ledger: {
    mechanisms: ['vault', 'runtime', 'projections', 'edge', 'reactions'],
    /** One feature each. Of an earlier feature only its `index.ts` may be imported. */
    features: [
      'chains',
      'accounts',
      'books',
      'events',
      'customers',
      'purses',
      'replenishments',
      'outflows',
      'findings',
      'transactions',
      'operations',
    ],
    /** One transport each. They find the features through Nest and import none. */
    transports: ['rest', 'grpc'],
    others: ['migrations'],
  },
  'chain-watcher': {
    mechanisms: [
      'monitoring',
      'blocks',
      'state',
      'match',
      'publish',
      'reorg',
      'quarantine',
      'finality',
      'addresses',
      'mempool',
      'rescan',
      'reconcile',
      'store',
      'operator',
      'watch',
      'leader',
    ],
  },
  daybook: {
    mechanisms: [
      ...['cli', 'demo', 'launch', 'status', 'audit', 'addresses', 'log', 'keys', 'chains'],
      ...['vault', 'commands'],
    ],
  },
};

const anyOf = (names) => `(${names.join('|')})`;

const libraryRules = Object.entries(LIBRARIES).map(([name, others]) => ({
  name: `library-${name}`,
  comment:
    `libs/${name} may import ${others.length === 0 ? 'no other library' : others.join(', ')}: ` +
    'a library that knows more cannot be used alone.',
  severity: 'error',
  from: { path: `^libs/${name}/`, pathNot: testCode },
  to: {
    path: '^(libs|apps|bench|test)/',
    pathNot: [
      `^libs/${name}/`,
      ...others.map((other) =>
        other === 'platform/plain' ? '^libs/platform/src/plain/' : `^libs/${other}/`,
      ),
    ],
  },
}));

/** The rules of one app's folders, and the one that refuses a folder without rules. */
function folderRules(app, { mechanisms, features = [], transports = [], others = [] }) {
  const src = `^apps/${app}/src`;
  const rule = (name, whole, byFrontDoor) => ({
    name: `${app}-${name}`,
    comment:
      `apps/${app}/src/${name} may import ${whole.join(', ') || 'no other folder'}` +
      (byFrontDoor.length === 0 ? '.' : `, and the index.ts of ${byFrontDoor.join(', ')}.`),
    severity: 'error',
    from: { path: `${src}/${name}/`, pathNot: testCode },
    to: {
      path: `${src}/[^/]+/`,
      pathNot: [
        `${src}/${name}/`,
        ...(whole.length === 0 ? [] : [`${src}/${anyOf(whole)}/`]),
        ...(byFrontDoor.length === 0 ? [] : [`${src}/${anyOf(byFrontDoor)}/index\\.ts$`]),
      ],
    },
  });
  const listed = [...mechanisms, ...features, ...transports, ...others];
  return [
    ...mechanisms.map((name, i) => rule(name, mechanisms.slice(0, i), [])),
    ...features.map((name, i) => rule(name, mechanisms, features.slice(0, i))),
    ...transports.map((name) => rule(name, mechanisms, [])),
    ...others.map((name) => rule(name, [], [])),
    {
      name: `${app}-folder-is-listed`,
      comment:
        'A new folder is added to FOLDERS above, in its place; until then it may import nothing.',
      severity: 'error',
      from: { path: `${src}/[^/]+/`, pathNot: `${src}/${anyOf(listed)}/` },
      to: {},
    },
    {
      name: `${app}-root-is-above`,
      comment:
        'The files beside the folders put them together: a folder that imports one knows every other. ' +
        'Only the environment is below the folders.',
      severity: 'error',
      from: { path: `${src}/[^/]+/`, pathNot: testCode },
      to: { path: `${src}/[^/]+$`, pathNot: '\\.env\\.ts$' },
    },
    {
      name: `${app}-environment-is-below`,
      comment: 'The environment is read before anything else, so it imports no folder.',
      severity: 'error',
      from: { path: `${src}/[^/]+\\.env\\.ts$` },
      to: { path: `${src}/`, pathNot: '\\.env\\.ts$' },
    },
  ];
}

/** A package that only one place may know. */
const only = (name, comment, packages, places) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|libs)/', pathNot: [testCode, ...places] },
  to: { path: `node_modules/${packages}` },
});

export default {
  forbidden: [
    ...libraryRules,
    {
      name: 'library-is-listed',
      comment: 'A new library is added to LIBRARIES above, with what it may import.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/${anyOf(Object.keys(LIBRARIES))}/` },
      to: {},
    },
    {
      name: 'app-is-listed',
      comment: 'A new app is added to FOLDERS above, with its folders in order.',
      severity: 'error',
      from: { path: '^apps/', pathNot: `^apps/${anyOf(Object.keys(FOLDERS))}/` },
      to: {},
    },
    ...Object.entries(FOLDERS).flatMap(([app, folders]) => folderRules(app, folders)),
    {
      name: 'domain-is-pure',
      comment: 'Rules must be replayable anywhere: the domain imports nothing but itself.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testCode },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'plain-is-plain',
      comment: 'libs/platform/src/plain is for other libraries: it imports nothing but itself.',
      severity: 'error',
      from: { path: '^libs/platform/src/plain/', pathNot: testCode },
      to: { pathNot: '^libs/platform/src/plain/' },
    },
    {
      name: 'apps-meet-on-the-logs',
      comment:
        'Ledger and watcher meet on the durable logs only, so each can be deployed and replaced alone. ' +
        'The command line starts both and is a client of both; nothing imports it.',
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
        pathNot: ['^libs/$2/', '^libs/[^/]+/src/(plain/)?index\\.ts$'],
      },
    },
    {
      name: 'nest-in-apps-and-platform-only',
      comment: 'Libraries are plain functions: a framework is an affair of the apps.',
      severity: 'error',
      from: { path: '^libs/', pathNot: [testCode, '^libs/(platform|client)/'] },
      to: { path: 'node_modules/@nestjs/' },
    },
    only(
      'http-server-in-rest-only',
      'REST is one transport of the ledger.',
      '(fastify|@fastify)/',
      ['^apps/ledger/src/rest/'],
    ),
    only(
      'grpc-in-its-places-only',
      'gRPC is a transport: of the ledger, its client, EventStoreDB.',
      '@grpc/',
      [
        '^apps/ledger/src/grpc/',
        '^libs/(client|contracts)/',
        '^libs/event-store/src/eventstoredb/',
      ],
    ),
    only(
      'chain-libraries-in-chains-only',
      'Chains differ in one place.',
      '(ethers|tronweb|@scure/bip32)/',
      ['^libs/chains/', '^apps/daybook/src/demo'],
    ),
    only(
      'kafkajs-in-messaging-only',
      'The durable-log port is the only thing that knows a broker.',
      'kafkajs/',
      ['^libs/messaging/src/kafka/'],
    ),
    only(
      'eventstore-client-in-event-store-only',
      'The event store port is the only thing that knows which engine keeps the log.',
      '@eventstore/',
      ['^libs/event-store/src/eventstoredb/'],
    ),
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
      name: 'parts-of-a-library-are-apart',
      comment:
        'Folders inside a library do not import each other: adapters of one port stay exchangeable.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/([^/]+)/', pathNot: testCode },
      to: { path: '^libs/$1/src/[^/]+/', pathNot: ['^libs/$1/src/$2/'] },
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
