import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** 46 MB from Maven Central: seconds on a good line, minutes on a bad one. */
const FETCH_TIMEOUT_MS = 300_000;
/** Found from every place this is compiled to, as the pom stays in the sources. */
const POM = join('test', 'kafka', 'pom.xml');

const run = promisify(execFile);

/**
 * The folder with the broker's jars; fetched with Maven the first time, into a cache outside the
 * checkout. Rejects with a sentence that says what is missing.
 */
export async function kafkaJars(): Promise<string> {
  const pom = join(checkout(), POM);
  const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(
    readFileSync(pom, 'utf8'),
  )?.[1];
  await insist('java', ['-version'], 'Java 17 or later');
  const folder = join(cacheFolder(), `kafka-${version}`);
  if (existsSync(folder)) return folder;
  await insist('mvn', ['-version'], 'Maven');
  // Made beside its place and moved there whole: another run may be fetching, or be interrupted.
  const draft = mkdtempSync(`${folder}.`);
  try {
    await run(
      'mvn',
      [
        ...['-q', '-B', '-f', pom, 'dependency:copy-dependencies'],
        ...['-DincludeScope=runtime', `-DoutputDirectory=${draft}`],
      ],
      { timeout: FETCH_TIMEOUT_MS },
    );
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(folder)) return folder;
    const said = String((error as { stdout?: string }).stdout ?? error).trim();
    throw new Error(`Maven could not fetch Apache Kafka: ${said.split('\n')[0]}`);
  }
  return folder;
}

async function insist(program: string, args: string[], name: string): Promise<void> {
  await run(program, args).catch(() => {
    throw new Error(`${name} is not installed (\`${program}\` does not run).`);
  });
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
