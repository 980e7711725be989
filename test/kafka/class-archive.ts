import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KafkaJars } from './jars';

/**
 * The options with which Java takes the broker's classes from a file, as it keeps them in memory: half of the
 * time of a start is spent on making them from the jars. The file is made once for each version, beside the
 * jars, by `runOnce`: it starts a broker with the options that it is given, has it end, and says whether it ended
 * in order. No options where this Java makes no such file; one that does not fit a Java is ignored by it.
 */
export async function archivedClasses(
  { folder, java }: KafkaJars,
  runOnce: (options: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  const version = createHash('sha256').update(java).digest('hex').slice(0, 16);
  const file = `${folder}-${version}.jsa`;
  const options = [`-XX:SharedArchiveFile=${file}`];
  if (existsSync(file)) return options;
  // Made beside its place and moved there whole: another run may be making it, or be interrupted.
  const drafts = mkdtempSync(join(dirname(folder), 'classes.'));
  try {
    const draft = join(drafts, 'classes.jsa');
    const asked = ['-XX:+IgnoreUnrecognizedVMOptions', `-XX:ArchiveClassesAtExit=${draft}`];
    if (!(await runOnce(asked)) || !existsSync(draft)) return [];
    renameSync(draft, file);
    return options;
  } catch {
    // Brokers start without it as well.
    return [];
  } finally {
    rmSync(drafts, { recursive: true, force: true });
  }
}
