import type { Progress } from '@daybook/audit';
import { progressBar } from '../cli/progress';

const TITLES: Readonly<Record<Progress['step'], readonly [title: string, unit: string]>> = {
  folding: ['Folding the log', 'events'],
  indexing: ['Making indexes', 'events'],
  hashing: ['Hashing', 'rows'],
  comparing: ['Comparing', 'rows'],
};

/** Shows what an audit is doing; `end` clears it away. */
export function auditBar(): { onProgress(progress: Progress): void; end(): void } {
  const bar = progressBar();
  return {
    onProgress({ step, ...rest }) {
      const [title, unit] = TITLES[step];
      bar.show({ title, unit, ...rest });
    },
    end: bar.end,
  };
}
