import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { KafkaJars } from './jars';
import { movedWhole } from './moved-whole';

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
  try {
    await movedWhole(file, async (draft) => {
      const made = join(draft, 'classes.jsa');
      const asked = ['-XX:+IgnoreUnrecognizedVMOptions', `-XX:ArchiveClassesAtExit=${made}`];
      if (!(await runOnce(asked))) throw new Error('The broker did not end in order.');
      return made;
    });
    return options;
  } catch {
    // Brokers start without it as well.
    return [];
  }
}
