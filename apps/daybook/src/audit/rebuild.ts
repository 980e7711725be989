import { userInfo } from 'node:os';
import { rebuild, rollBack } from '@daybook/audit';
import { AUDITED } from '../../../ledger/src/operations/read-models';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate, type PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { auditBar } from './bar';
import { certificatePage, rebuildPage } from './pages';
import { undecided } from './undecided';

export interface RebuildCommandOptions extends PlaceOptions {
  readonly rollBack: boolean;
  readonly acceptDifferences: boolean;
  readonly resume: boolean;
  readonly eventsPerSecond?: number;
  readonly json: boolean;
}

/** Builds read models anew beside the live ones and swaps them, or swaps the old ones back. */
export function runRebuild(
  readModel: string | undefined,
  options: RebuildCommandOptions,
): Promise<void> {
  return operate(options, async (operation) => {
    const isOne = readModel !== undefined;
    if (isOne === options.rollBack) {
      const right = 'name a read model or "all", or give --roll-back alone.';
      throw new Failure(`It is not clear what to rebuild: ${right}`, EXIT.usage);
    }
    const bar = auditBar();
    operation.signal.addEventListener('abort', bar.end);
    const asked = {
      ...AUDITED,
      ...{ store: await operation.store(), ownerUrl: operation.installation.ownerDatabaseUrl },
      ...(options.eventsPerSecond !== undefined && { eventsPerSecond: options.eventsPerSecond }),
      ...{ actor: `operator:${userInfo().username}`, signal: operation.signal },
      onProgress: bar.onProgress,
    };
    try {
      if (!isOne) {
        const certificate = await rollBack(asked);
        bar.end();
        if (options.json) sayJson({ kind: 'roll-back', certificate });
        else say(certificatePage(certificate));
        return EXIT.ok;
      }
      const { acceptDifferences, resume } = options;
      const report = await rebuild({ ...asked, readModel, acceptDifferences, resume });
      bar.end();
      if (options.json) sayJson(report);
      else say(rebuildPage(report));
      return report.exitCode;
    } catch (error) {
      bar.end();
      if (operation.signal.aborted)
        remark('Interrupted. The tables of before serve on; --resume goes on.');
      throw undecided(error);
    }
  });
}
