import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaJars } from './kafka/jars';

/** The names under which Linux distributions install a browser. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
/** The missing needs of this run as JSON, from the global set-up for the suites and the count at the end. */
const MISSING = 'DAYBOOK_TEST_MISSING';

type Environment = Readonly<Record<string, string | undefined>>;

interface NeedOf {
  readonly name: string;
  /** Why this machine does not have it; null if it does. */
  lacks(environment: Environment): Promise<string | null>;
  readonly remedy: string;
}

const JAVA =
  'Install Java 17 or later and Maven, which fetches Apache Kafka once; on Debian: apt-get install default-jre-headless maven.';

/** What suites need of the machine besides what npm installs. */
export const NEEDS = {
  /** To start brokers and to kill them. */
  java: { name: 'Java, for Kafka brokers of its own', lacks: lacksJava, remedy: JAVA },
  /** The one that all suites share. */
  kafka: {
    name: 'a Kafka broker',
    lacks: async (environment) => (environment.KAFKA_BROKERS ? null : lacksJava(environment)),
    remedy: `${JAVA} Or name a broker in KAFKA_BROKERS.`,
  },
  browser: {
    name: 'a browser',
    lacks: async (environment) =>
      browserPath(environment) === null ? `None of ${BROWSERS.join(', ')} is installed.` : null,
    remedy: 'Install Chromium; on Debian: apt-get install chromium.',
  },
  openssl: {
    name: 'OpenSSL, which issues certificates',
    lacks: (environment) =>
      promisify(execFile)('openssl', ['version'], { env: { ...environment } }).then(
        () => null,
        () => 'OpenSSL is not installed (`openssl` does not run).',
      ),
    remedy: 'On Debian: apt-get install openssl.',
  },
} satisfies Record<string, NeedOf>;

export type Need = keyof typeof NEEDS;
export type Missing = Readonly<Partial<Record<Need, string>>>;

/** Of these needs those that the machine does not meet, each with the reason. */
export async function missingOf(
  needs: readonly Need[],
  environment: Environment,
): Promise<Missing> {
  const reasons = await Promise.all(
    needs.map(async (need) => [need, await NEEDS[need].lacks(environment)] as const),
  );
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== null));
}

/** What cannot run, why, and how to get it; nothing if all runs. */
export function noticeOf(missing: Missing, wanted: ReadonlyMap<Need, readonly string[]>): string {
  return Object.entries(missing)
    .map(([need, reason]) => {
      const { name, remedy } = NEEDS[need as Need];
      const suites = wanted.get(need as Need) ?? [];
      const lines = suites.map((suite) => `  ${suite}`).join('\n');
      return `NOT RUN, as this needs ${name}:\n${lines}\n${reason} ${remedy}`;
    })
    .join('\n\n');
}

/** Tells the suites, and the count at the end, what is missing. */
export function publishMissing(missing: Missing): void {
  process.env[MISSING] = JSON.stringify(missing);
}

/** Whether the machine of this run does not meet a need. */
export function isMissing(need: Need): boolean {
  return missing()[need] !== undefined;
}

/** `describe` for suites with such a need. Where it is not met, their tests are skipped and counted at the end. */
export function describeWith(need: Need, title: string, suite: () => void): void {
  (isMissing(need) ? describe.skip : describe)(titleOf(need, title, missing()), suite);
}

function missing(): Missing {
  const told = process.env[MISSING];
  if (told === undefined) throw new Error('Run this suite with `jest --selectProjects real`.');
  return JSON.parse(told) as Missing;
}

/** The title of a suite, which tells the count at the end what it needed. */
export function titleOf(need: Need, title: string, missing: Missing): string {
  return missing[need] === undefined ? title : `${title} (NOT RUN: needs ${NEEDS[need].name})`;
}

/** The browser of this machine; null if there is none. */
export function browserPath(environment: Environment = process.env): string | null {
  const folders = (environment.PATH ?? '').split(delimiter);
  const paths = BROWSERS.flatMap((program) => folders.map((folder) => join(folder, program)));
  return paths.find(existsSync) ?? null;
}

function lacksJava(environment: Environment): Promise<string | null> {
  return kafkaJars(environment).then(
    () => null,
    (error: Error) => error.message,
  );
}
