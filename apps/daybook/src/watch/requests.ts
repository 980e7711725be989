import { EXIT, Failure } from '../cli/exit-codes';
import { operate, type PlaceOptions, THROUGH_LEDGER } from '../cli/operate';
import { say, sayJson, table } from '../cli/output';
import { requestProgress, requestReport, requestSentence } from './request-report';
import { isOpen, WATCH_REQUESTS, type WatchRequest } from './watch-requests';

/** As many as fit a screen. */
const SHOWN_MAX = 50;

export interface RequestsOptions extends PlaceOptions {
  readonly chain?: string;
  readonly json: boolean;
}

export interface CancelOptions extends PlaceOptions {
  readonly reason: string;
  readonly json: boolean;
}

/** Shows what was requested of the watchers last, and what came of it. */
export function showRequests({ chain, json, ...place }: RequestsOptions): Promise<void> {
  return operate(
    place,
    async (operation) => {
      const query = new URLSearchParams({ limit: String(SHOWN_MAX), ...(chain && { chain }) });
      const path = `${WATCH_REQUESTS}?${query}`;
      const { data } = await operation.api.get<{ data: readonly WatchRequest[] }>(path);
      if (json) sayJson({ requests: data.map(requestReport) });
      else if (data.length === 0) say('Nothing was requested of the watchers yet.');
      else say(requestTable(data));
      return undefined;
    },
    THROUGH_LEDGER,
  );
}

function requestTable(requests: readonly WatchRequest[]): string {
  const head = [
    'id',
    'chain',
    'what',
    'blocks',
    'state',
    'left',
    'found',
    'new',
    'requested',
    'by',
  ];
  const rows = requests.map((it) => [
    ...[it.id, it.chain, it.kind, `${it.fromBlock ?? '?'} to ${it.toBlock ?? '?'}`, it.state],
    ...[requestProgress(it), String(it.found), String(it.versions)],
    ...[it.requestedAt.slice(0, 19), it.requestedBy],
  ]);
  return table(head, rows);
}

/** Cancels a request. */
export function cancelRequest(id: string, options: CancelOptions): Promise<void> {
  return operate(
    options,
    async (operation) => {
      const api = operation.api;
      const path = `${WATCH_REQUESTS}/${id}`;
      const known = await api.get<WatchRequest>(path);
      if (!isOpen(known)) throw new Failure(`${id} has ended already: it is ${known.state}.`);
      const { reason } = options;
      const ended = await api.post<WatchRequest>(`${path}/cancel`, { reason });
      if (options.json) sayJson(requestReport(ended));
      else say(requestSentence(ended));
      return EXIT.ok;
    },
    THROUGH_LEDGER,
  );
}
