import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '@daybook/platform';
import { getMetadataStorage } from 'class-validator';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { WatcherEnv } from '../apps/chain-watcher/src/watcher.env';
import { newKeyring } from '../apps/ledger/src/keyring.env';
import { DATABASE_ROLES, databaseUrlOf, httpTlsOf, LedgerEnv } from '../apps/ledger/src/ledger.env';

/** No container engine runs these files here, so what they say is held to what the code says. */
const ROOT = join(__dirname, '..');
const DOCKER = join(ROOT, 'docker');

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly init?: boolean;
  readonly restart?: string;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly cpus: number;
  readonly pids_limit: number;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly retries: number };
  readonly depends_on?: Readonly<Record<string, { condition: string; required?: boolean }>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}

const text = readFileSync(join(DOCKER, 'compose.yaml'), 'utf8');
// Compose knows merge keys, which YAML 1.2 has no more.
const compose = load(text, { schema: YAML11_SCHEMA }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const apps = services.filter(([, { image }]) => image === 'daybook');
const engines = variablesOf(readFileSync(join(DOCKER, 'engines.env'), 'utf8'));
const example = readFileSync(join(DOCKER, '.env.example'), 'utf8');
const page = readFileSync(join(DOCKER, 'README.md'), 'utf8');

const ENVIRONMENTS = { ledger: LedgerEnv, 'chain-watcher': WatcherEnv };

function variablesOf(file: string): Readonly<Record<string, string>> {
  const lines = file.split('\n').filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** As Compose replaces `${NAME:?}` and `${NAME:-default}`; throws when a needed one is not there. */
function interpolate(value: string, given: Readonly<Record<string, string>>): string {
  return value.replace(
    /\$\{(\w+)(:\?|:-([^}]*))?\}/g,
    (_, name: string, how: string, otherwise) => {
      const found = given[name] || (how === ':?' ? undefined : otherwise);
      if (found === undefined) throw new Error(`${name} is not set.`);
      return found;
    },
  );
}

const given: Readonly<Record<string, string>> = {
  ...variablesOf(example.replaceAll(/^(\w+_PASSWORD)=$/gm, '$1=secret')),
  DAYBOOK_BOOTSTRAP_API_KEY: `dbk_abcdefgh_${'s'.repeat(32)}`,
  DAYBOOK_VAULT_KEYS: newKeyring(),
  DAYBOOK_LOOKUP_KEYS: newKeyring(),
  DAYBOOK_EVM_XPUB: 'xpub',
};

/** The configuration of an app as its process reads it. */
function configuration(app: keyof typeof ENVIRONMENTS, more: Readonly<Record<string, string>>) {
  const { environment } = serviceOf(app);
  const shape: new () => LedgerEnv | WatcherEnv = ENVIRONMENTS[app];
  const values = Object.entries(environment).map(
    ([name, value]) => [name, interpolate(value, { ...given, ...more })] as const,
  );
  return readEnvironment(shape, Object.fromEntries(values));
}

describe('docker/compose.yaml', () => {
  it.each(services)('%s runs without privileges and within limits', (_, service) => {
    expect(service).toMatchObject({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      cpus: expect.any(Number),
      pids_limit: expect.any(Number),
    });
    // EventStoreDB's and Kafka's images have users of their own, and write beside their programs.
    const isEngine = service.profiles?.includes('engines') ?? false;
    expect(isEngine || (service.read_only === true && service.user !== undefined)).toBe(true);
    expect(service.user).not.toBe('root');
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(service.image).toMatch(/^(daybook|[\w/]+:\d[\w.-]*(@sha256:[0-9a-f]{64})?)$/);
    // No digest of this one is known here: see docker/README.md.
    const isPinned = service.image.includes('@') || service.image === 'daybook';
    expect(isPinned || service.image.startsWith('eventstore/')).toBe(true);
  });

  it.each(services.filter(([name]) => !name.startsWith('migrate-')))('%s is checked', (_, s) => {
    expect(s.healthcheck?.test[0]).toBe('CMD');
    expect(s.healthcheck?.retries).toBeGreaterThan(0);
  });

  it.each(['ledger', 'chain-watcher'])('restarts a %s that does not answer', (name) => {
    const { command, init, restart, healthcheck } = serviceOf(name);
    const [, runner, check, program, url] = healthcheck?.test ?? [];
    expect([runner, existsSync(join(ROOT, check ?? ''))]).toEqual(['node', true]);
    expect(program).toBe(command?.[1]);
    expect(url).toBe(`http://127.0.0.1:${serviceOf(name).environment.DAYBOOK_HTTP_PORT}/livez`);
    // The check kills the child of the init process, and Docker starts what has ended.
    expect([init, restart]).toEqual([true, 'unless-stopped']);
  });

  it.each(services)('%s waits for services that can become what it waits for', (_, service) => {
    for (const [name, { condition, required = true }] of Object.entries(service.depends_on ?? {})) {
      const isJob = name.startsWith('migrate-');
      expect(condition).toBe(isJob ? 'service_completed_successfully' : 'service_healthy');
      // What a profile leaves out must not be insisted on.
      expect(required).toBe(serviceOf(name).profiles === undefined);
    }
  });

  it.each(services)('%s mounts what exists', (_, { volumes = [] }) => {
    for (const volume of volumes) {
      const [source = ''] = interpolate(volume, given).split(':');
      if (source === given.CHAINS_FILE) continue;
      const exists = source.startsWith('.')
        ? existsSync(join(DOCKER, source))
        : source in compose.volumes;
      expect([source, exists]).toEqual([source, true]);
    }
  });

  it.each(apps)('%s runs a program of this repository', (_, { command = [] }) => {
    expect(command[0]).toBe('node');
    expect(existsSync(sourceOf(command[1] ?? ''))).toBe(true);
  });

  it.each(['ledger', 'chain-watcher'] as const)('gives the %s variables that it knows', (app) => {
    const known = getMetadataStorage()
      .getTargetValidationMetadatas(ENVIRONMENTS[app], '', false, false)
      .map(({ propertyName }) => propertyName.replace(/[A-Z]/g, (letter) => `_${letter}`))
      .map((name) => `DAYBOOK_${name.toUpperCase()}`);
    const names = Object.keys(serviceOf(app).environment);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('gives the migrations variables that they know', () => {
    for (const [name, { command = [], environment }] of apps) {
      if (!name.startsWith('migrate-')) continue;
      const source = readFileSync(sourceOf(command[1] ?? ''), 'utf8');
      expect(source).toContain('runMigration(');
      const ofRoles = DATABASE_ROLES.slice(1).map(
        (role) => `DAYBOOK_DATABASE_URL_${role.toUpperCase()}`,
      );
      expect(new Set(Object.keys(environment))).toEqual(
        new Set([
          ...['DAYBOOK_MIGRATION_URL', 'DAYBOOK_DATABASE_URL'],
          ...(name === 'migrate-ledger' ? ofRoles : []),
        ]),
      );
      const runner = readFileSync(join(ROOT, 'libs/platform/src/run-migration.ts'), 'utf8');
      expect(runner).toMatch(/readonly migrationUrl!/);
      expect(runner).toMatch(/readonly databaseUrl!/);
    }
  });

  it('gives each part of the ledger a user of its own, whom provision.sh creates', () => {
    const script = readFileSync(join(DOCKER, 'provision.sh'), 'utf8');
    const ledger = configuration('ledger', {}) as LedgerEnv;
    const urls = [...DATABASE_ROLES.map((role) => databaseUrlOf(ledger, role))];
    const users = [...urls, configuration('chain-watcher', {}).databaseUrl].map(
      (url) => new URL(url).username,
    );
    expect(new Set(users).size).toBe(DATABASE_ROLES.length + 1);
    for (const user of users) expect(script).toContain(`CREATE ROLE ${user} LOGIN`);
    const connecting = /GRANT CONNECT ON DATABASE daybook TO ([^;]+);/.exec(script)?.[1] ?? '';
    expect(new Set(connecting.split(/,\s*/))).toEqual(new Set(users));
    const given = Object.keys(serviceOf('postgres').environment);
    for (const [, name] of script.matchAll(/\$(\w+_PASSWORD)/g)) expect(given).toContain(name);
  });

  it.each(['ledger', 'chain-watcher'] as const)(
    'says that the ports of the %s have no TLS',
    (app) => {
      const env = configuration(app, {});
      expect(() => httpTlsOf(env as LedgerEnv)).not.toThrow();
      const silent = Object.assign(new LedgerEnv(), env, { insecure: false });
      expect(() => httpTlsOf(silent)).toThrow(/DAYBOOK_HTTP_HOST.*DAYBOOK_METRICS_HOST/s);
    },
  );

  it('is scraped by Prometheus as docker/prometheus.yaml says', () => {
    const { scrape_configs: jobs, rule_files: rules } = load(
      readFileSync(join(DOCKER, 'prometheus.yaml'), 'utf8'),
    ) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
      rule_files: string[];
    };
    for (const { job_name: job, static_configs: configs } of jobs) {
      const app = job.replace(/^daybook-/, '') as keyof typeof ENVIRONMENTS;
      const { metricsPort } = configuration(app, {});
      expect(configs).toEqual([{ targets: [`${app}:${metricsPort}`] }]);
    }
    expect(jobs.map(({ job_name: job }) => job)).toEqual([
      'daybook-ledger',
      'daybook-chain-watcher',
    ]);
    for (const file of rules) expect(existsSync(join(DOCKER, file))).toBe(true);
  });

  it('names every variable that must be set in docker/.env.example', () => {
    const needed = [...text.matchAll(/\$\{(\w+):\?\}/g)].map(([, name]) => name ?? '');
    expect(Object.keys(variablesOf(example))).toEqual(expect.arrayContaining(needed));
  });
});

describe('the engines', () => {
  it('are PostgreSQL alone when nothing else is said', () => {
    const { databaseUrl, eventstoredbUrl, kafkaBrokers } = configuration('ledger', {}) as LedgerEnv;
    expect([eventstoredbUrl, kafkaBrokers]).toEqual([undefined, undefined]);
    expect(new URL(databaseUrl).hostname).toBe('postgres');
    expect(configuration('chain-watcher', {})).not.toHaveProperty('kafkaBrokers');
  });

  it('are those of the profile with docker/engines.env', () => {
    const ledger = configuration('ledger', engines) as LedgerEnv;
    const eventStore = new URL(ledger.eventstoredbUrl ?? '');
    expect(portsOf(eventStore.hostname)).toContain(`127.0.0.1:2113:${eventStore.port}`);
    expect(eventStore.searchParams.get('tls')).toBe('false');
    expect(serviceOf('eventstoredb').environment).toMatchObject({
      EVENTSTORE_INSECURE: 'true',
    });
    const { KAFKA_ADVERTISED_LISTENERS: kafka = '' } = serviceOf('kafka').environment;
    expect(kafka.split(',')).toContain(`INSIDE://${ledger.kafkaBrokers}`);
    expect(configuration('chain-watcher', engines)).toMatchObject({
      kafkaBrokers: ledger.kafkaBrokers,
    });
  });

  it('are where docker/README.md says for the test suites', () => {
    const [, host = ''] = /KAFKA_BROKERS=(\S+)/.exec(page) ?? [];
    const { KAFKA_ADVERTISED_LISTENERS: kafka = '' } = serviceOf('kafka').environment;
    expect(kafka.split(',')).toContain(`OUTSIDE://${host}`);
    expect(portsOf('kafka')).toContain(`${host}:${host.split(':')[1]}`);
    const [, url = ''] = /EVENTSTOREDB_URL='([^']+)'/.exec(page) ?? [];
    expect(portsOf('eventstoredb')).toContain(`${new URL(url).host}:2113`);
  });
});

describe('docker/Dockerfile', () => {
  const lines = readFileSync(join(DOCKER, 'Dockerfile'), 'utf8').split('\n');

  it('copies what exists and runs what is built', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const programs = lines.flatMap((line) => [...line.matchAll(/dist\/\S+?\.js/g)].flat());
    expect(programs.length).toBeGreaterThan(3);
    expect(programs.filter((program) => !existsSync(sourceOf(program)))).toEqual([]);
  });

  it('begins with one image, by its digest', () => {
    const images = lines
      .filter((line) => line.startsWith('FROM '))
      .map((line) => line.split(' ')[1]);
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:24-bookworm-slim@sha256:[0-9a-f]{64}$/);
  });

  it('runs as a user who is not root', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });
});

/** `dist/apps/x/src/main.js` is built from `apps/x/src/main.ts`. */
function sourceOf(program: string): string {
  return join(ROOT, program.replace(/^dist\//, '').replace(/\.js$/, '.ts'));
}

function serviceOf(name: string): Service {
  const [, service] = services.find(([one]) => one === name) ?? [];
  if (!service) throw new Error(`There is no service ${name}.`);
  return service;
}

function portsOf(name: string): readonly string[] {
  return serviceOf(name).ports ?? [];
}
