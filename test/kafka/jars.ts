import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { movedWhole } from './moved-whole';

/** 46 MB from Maven Central: seconds on a good line, minutes on a bad one. */
const FETCH_TIMEOUT_MS = 300_000;
/** Found from every place this is compiled to, as the pom stays in the sources. */
const POM = join('test', 'kafka', 'pom.xml');

const run = promisify(execFile);
/** Of Apache Kafka 4. */
const JAVA_MIN = 17;

type Environment = Readonly<Record<string, string | undefined>>;

export interface KafkaJars {
  readonly folder: string;
  /** What Java says of its version. */
  readonly java: string;
}

/**
 * The broker's jars; fetched with Maven the first time, into a cache outside the
 * checkout. Rejects with a sentence that says what is missing.
 */
export async function kafkaJars(environment: Environment = process.env): Promise<KafkaJars> {
  const pom = join(checkout(), POM);
  const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(
    readFileSync(pom, 'utf8'),
  )?.[1];
  const java = await insistOnJava(environment);
  const folder = join(cacheFolder(), `kafka-${version}`);
  if (existsSync(folder)) return { folder, java };
  await insist('mvn', 'Maven', environment);
  await movedWhole(folder, async (draft) => {
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
    await run('mvn', ['-q', '-B', '-f', pom, ...copy, `-DoutputDirectory=${draft}`], {
      timeout: FETCH_TIMEOUT_MS,
      env: { ...environment },
    }).catch((error: { readonly stdout?: string }) => {
      const said = String(error.stdout ?? error).trim();
      throw new Error(`Maven could not fetch Apache Kafka: ${said.split('\n')[0]}`);
    });
    return draft;
  });
  return { folder, java };
}

async function insistOnJava(environment: Environment): Promise<string> {
  const said = await insist('java', `Java ${JAVA_MIN} or later`, environment);
  const [, version = ''] = /version "(?:1\.)?(\d+)/.exec(said) ?? [];
  if (version !== '' && Number(version) < JAVA_MIN) {
    throw new Error(`Java ${JAVA_MIN} or later is not installed (\`java\` is ${version}).`);
  }
  return said;
}

/** What the program says of its version. */
async function insist(program: string, name: string, environment: Environment): Promise<string> {
  const said = run(program, ['-version'], { env: { ...environment } });
  const { stdout, stderr } = await said.catch(() => {
    throw new Error(`${name} is not installed (\`${program}\` does not run).`);
  });
  return stdout + stderr;
}

function cacheFolder(): string {
  const wanted = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'daybook');
  try {
    mkdirSync(wanted, { recursive: true });
    return wanted;
  } catch {
    const shared = join(tmpdir(), `daybook-${userInfo().uid}`);
    mkdirSync(shared, { recursive: true });
    return shared;
  }
}

function checkout(): string {
  for (let at = __dirname; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, POM))) return at;
  }
  throw new Error(`${POM} was not found above ${__dirname}.`);
}
