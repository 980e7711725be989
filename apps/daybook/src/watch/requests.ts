import { EXIT, Failure } from '../cli/exit-codes';
import { operate, type PlaceOptions } from '../cli/operate';
import { say, sayJson, table } from '../cli/output';
import { requestProgress, requestReport, requestSentence } from './request-report';
import {
  cancelRequest,
  findRequest,
  findWatched,
  latestRequests,
  watchers,
} from './watchers-memory';

/** As many as fit a screen. */
const SHOWN_MAX = 50;

export interface RequestsOptions extends PlaceOptions {
  readonly chain?: string;
  readonly json: boolean;
}

/** Shows what was asked of the watchers last, and what came of it. */
export function showRequests(options: RequestsOptions): Promise<void> {
  return operate(options, async (operation) => {
    const query = watchers(operation);
    const chain =
      options.chain === undefined ? null : (await findWatched(query, options.chain)).chain;
    const requests = await latestRequests(query, chain, SHOWN_MAX);
    if (options.json) sayJson({ requests: requests.map(requestReport) });
    else if (requests.length === 0) say('Nothing was asked of the watchers yet.');
    else {
      const head = [
        'id',
        'chain',
        'what',
        'blocks',
        'state',
        'left',
        'shown',
        'told',
        'asked',
        'by',
      ];
      const rows = requests.map((it) => [
        ...[it.id, it.chain, it.kind, `${it.from ?? '?'} to ${it.to ?? '?'}`, it.state],
        ...[requestProgress(it), String(it.found), String(it.versions)],
        ...[it.requestedAt.toISOString().slice(0, 19), it.requestedBy],
      ]);
      say(table(head, rows));
    }
    return undefined;
  });
}

/** Takes a request back. */
export function endRequest(id: string, options: Omit<RequestsOptions, 'chain'>): Promise<void> {
  return operate(options, async (operation) => {
    const query = watchers(operation);
    const ended = await cancelRequest(query, id);
    if (ended === null) {
      const known = await findRequest(query, id);
      throw new Failure(
        known === null
          ? `There is no request ${id}; "npx daybook watch list" shows them.`
          : `${id} has ended already: it is ${known.state}.`,
      );
    }
    if (options.json) sayJson(requestReport(ended));
    else say(requestSentence(ended));
    return EXIT.ok;
  });
}
