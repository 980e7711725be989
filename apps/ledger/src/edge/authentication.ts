import type { IncomingHttpHeaders } from 'node:http';
import { clientAddress, isWithin, networkOf, type TrustedProxies } from '@daybook/platform';
import { limiter } from '@daybook/platform/plain';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { hashApiKey, parseApiKey } from './api-key';
import type { ApiKeys, KeyFault } from './api-keys';
import type { Caller } from './caller';
import { Problem } from './problem';

/** What a request says of its sender. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  /** The address of its connection. */
  readonly ip: string;
}

export interface AuthenticationOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  /** Wrong keys a minute, of one address and of one key id. */
  readonly failuresMax: number;
  readonly trustedProxies: TrustedProxies;
}

type Fault = KeyFault | 'no-key' | 'malformed' | 'throttled' | 'address-not-allowed';
const FAULTS = [
  ...([
    'no-key',
    'malformed',
    'unknown',
    'wrong-secret',
    'revoked',
    'expired',
    'throttled',
    'address-not-allowed',
  ] as const),
] satisfies readonly Fault[];

const WINDOW_MS = 60_000;
/** Addresses and key ids that are counted, and good keys that are remembered. */
const NAMES_MAX = 10_000;
const WINDOWS = { max: NAMES_MAX, ttl: WINDOW_MS };
/** A key that was good within this time is looked up however many wrong ones come. */
const REMEMBERED_MS = 24 * 60 * 60_000;
/**
 * Keys that are looked up at once, but for those that were good: wrong ones that come together must not all be asked for
 * before the first of them counts.
 */
const LOOK_UPS_MAX = 8;
/** More than all connections together send at once. */
const WAITING_MAX = 10_000;
/** Lines a minute about failures. The next line says how many were left out. */
const LINES_MAX = 60;

const BEARER = /^Bearer ([\x21-\x7e]+)$/i;
const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/** Finds out who sends a request. Wrong keys are counted, logged, and refused without a query when they are too many. */
export class Authentication {
  private readonly wrong = new WrongKeys();
  /** Hashes of keys that were good. */
  private readonly good = new LRUCache<string, true>({ max: NAMES_MAX, ttl: REMEMBERED_MS });
  private readonly lookUps = limiter({
    runningMax: LOOK_UPS_MAX,
    waitingMax: WAITING_MAX,
    tooMany: () => new Problem('unavailable', 'Too many keys are being looked up.'),
  });
  private readonly failures: Counter<'reason'>;
  private lines = { left: LINES_MAX, until: 0, leftOut: 0 };

  constructor(
    private readonly keys: ApiKeys,
    private readonly options: AuthenticationOptions,
  ) {
    this.failures = new Counter({
      name: 'daybook_authentication_failures_total',
      help: 'Requests without a valid key, or from where it may not be used, by reason.',
      labelNames: ['reason'],
      registers: [options.registry],
    });
    for (const reason of FAULTS) this.failures.inc({ reason }, 0);
  }

  /**
   * The sender of the request. Refuses with `unauthenticated`, with the same sentence for every fault of the key, with
   * `rate-limited`, and with `address-not-allowed`. `forPeople` also accepts the key as the password of HTTP Basic, so that a browser can open a
   * page. Commands never accept it: a browser would send the password with requests of other sites too.
   */
  async callerOf(sender: Credentials, forPeople: boolean): Promise<Caller> {
    const header = sender.headers.authorization ?? '';
    const key = BEARER.exec(header)?.[1] ?? (forPeople ? passwordOf(header) : null);
    const ref = key === null ? null : parseApiKey(key);
    if (key === null || ref === null) {
      const reason = header === '' ? 'no-key' : 'malformed';
      throw this.failed(reason, { sender, keyId: null, forPeople });
    }
    const { keyId } = ref;
    const hash = hashApiKey(key);
    const names = [networkOf(this.addressOf(sender)), `${ref.kind} ${keyId}`];
    const found = this.good.has(hash)
      ? await this.examine(key, hash, names)
      : await this.examineUnknown(key, hash, names);
    const fault = typeof found === 'string' ? found : this.faultOfPlace(found, sender);
    if (fault !== null) throw this.failed(fault, { sender, keyId, forPeople });
    return found as Caller;
  }

  /** Why a caller may not call from where it is; null if it may. */
  private faultOfPlace(caller: Caller, sender: Credentials): Fault | null {
    const allowed = caller.kind === 'account' ? caller.allowedAddresses : null;
    if (allowed === null || isWithin(this.addressOf(sender), allowed)) return null;
    return 'address-not-allowed';
  }

  private async examineUnknown(key: string, hash: string, names: readonly string[]) {
    const isThrottled = () => names.some((name) => this.wrong.of(name) >= this.options.failuresMax);
    if (isThrottled()) return 'throttled';
    // Others of its address may have failed by the time that it is its turn.
    const inTurn = async () => (isThrottled() ? 'throttled' : this.examine(key, hash, names));
    return this.lookUps.run(inTurn);
  }

  /** Looks a key up, and notes what comes of it before the turn of the next one. */
  private async examine(key: string, hash: string, names: readonly string[]) {
    const found = await this.keys.examine(key);
    if (typeof found === 'string') {
      this.good.delete(hash);
      this.wrong.note(hash, names);
    } else {
      this.good.set(hash, true);
    }
    return found;
  }

  private addressOf({ ip, headers }: Credentials): string {
    const { 'x-forwarded-for': forwarded } = headers;
    const list = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    return clientAddress(ip, list, this.options.trustedProxies);
  }

  private failed(reason: Fault, { sender, keyId, forPeople }: Attempt): Problem {
    this.failures.inc({ reason });
    this.log(reason, sender, keyId);
    if (reason === 'throttled') {
      const seconds = WINDOW_MS / 1_000;
      return new Problem(
        'rate-limited',
        'Too many wrong keys came from here or with this key id.',
        {
          headers: { 'retry-after': String(seconds) },
        },
      );
    }
    if (reason === 'address-not-allowed') {
      return new Problem(reason, 'The key may not be used from here.');
    }
    const challenges = ['Bearer realm="Daybook"', ...(forPeople ? ['Basic realm="Daybook"'] : [])];
    return new Problem(
      'unauthenticated',
      'Send a valid API key: "Authorization: Bearer dbk_...".',
      { challenges },
    );
  }

  private log(reason: Fault, sender: Credentials, keyId: string | null): void {
    const { logger } = this.options;
    const fields = { reason, remoteAddress: this.addressOf(sender), keyId };
    // A browser asks for a page without a key first.
    if (reason === 'no-key') {
      logger.debug(fields, 'authentication failed');
      return;
    }
    const now = Date.now();
    if (now >= this.lines.until) {
      this.lines = { ...this.lines, left: LINES_MAX, until: now + WINDOW_MS };
    }
    if (this.lines.left === 0) {
      this.lines.leftOut += 1;
      return;
    }
    const { leftOut } = this.lines;
    this.lines = { ...this.lines, left: this.lines.left - 1, leftOut: 0 };
    logger.warn({ ...fields, ...(leftOut > 0 && { leftOut }) }, 'authentication failed');
  }
}

interface Attempt {
  readonly sender: Credentials;
  readonly keyId: string | null;
  readonly forPeople: boolean;
}

/**
 * Wrong keys of the last minute, by address and key id, in fixed windows. A key counts once: a client that goes on with an
 * expired one guesses nothing, and must not shut out others with its address.
 */
class WrongKeys {
  private readonly windows = new LRUCache<string, { count: number }>(WINDOWS);
  private readonly counted = new LRUCache<string, true>(WINDOWS);

  of(name: string): number {
    return this.windows.get(name)?.count ?? 0;
  }

  note(hash: string, names: readonly string[]): void {
    if (this.counted.has(hash)) return;
    this.counted.set(hash, true);
    for (const name of names) {
      const window = this.windows.get(name);
      if (window === undefined) this.windows.set(name, { count: 1 });
      else window.count += 1;
    }
  }
}

function passwordOf(header: string): string | null {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return null;
  const credentials = Buffer.from(encoded, 'base64').toString();
  const colon = credentials.indexOf(':');
  return colon < 0 ? null : credentials.slice(colon + 1);
}
