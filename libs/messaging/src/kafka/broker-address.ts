import { EngineMisconfigured } from '@daybook/platform/plain';

/** The setting that names the brokers. */
export const BROKERS_SETTING = 'DAYBOOK_KAFKA_BROKERS';

const SASL = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const FORMS =
  'Write host:port[,host:port], or kafka[+tls]://user:password@host:port,host:port?sasl=scram-sha-512 ' +
  '(or plain, or scram-sha-256).';

export interface BrokerAddress {
  /** `host:port` of the bootstrap brokers. */
  readonly hosts: readonly string[];
  readonly tls: boolean;
  readonly login?: {
    readonly mechanism: (typeof SASL)[number];
    readonly username: string;
    readonly password: string;
  };
}

/**
 * Parses the string that names the brokers: `host:port,...` without encryption and login, or
 * `kafka[+tls]://[user:password@]host:port,...[?sasl=mechanism]`, where the mechanism defaults to `plain`
 * and special characters of the password are percent-encoded. Throws `EngineMisconfigured`, which says
 * what would be right and repeats no password.
 */
export function parseBrokerAddress(text: string): BrokerAddress {
  const refuse = (wrong: string, right = FORMS): never => {
    throw new EngineMisconfigured('Kafka', `${BROKERS_SETTING} ${wrong}`, right);
  };
  const [, scheme = 'kafka', rest = ''] = /^(?:([a-z+]+):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
  if (rest === '') return refuse('is empty.');
  if (!['kafka', 'kafka+tls'].includes(scheme.toLowerCase())) {
    return refuse(`begins with ${scheme}://, but the scheme of Kafka is kafka:// or kafka+tls://.`);
  }
  // The last @, as a password may contain one; then the first ? after it.
  const at = rest.lastIndexOf('@');
  const [places = '', query = ''] = rest.slice(at + 1).split('?', 2);
  const hosts = places.replace(/\/$/, '').split(',');
  for (const host of hosts) {
    if (!isHost(host)) return refuse(`names "${host}", which is not host:port.`);
  }
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (name !== 'sasl') return refuse(`has the parameter "${name}", but sasl is the only one.`);
  }
  const tls = scheme.toLowerCase() === 'kafka+tls';
  const sasl = parameters.get('sasl')?.toLowerCase();
  if (at < 0) {
    if (sasl) return refuse(`asks for sasl=${sasl} but names no user and password.`);
    return { hosts, tls };
  }
  const mechanism = SASL.find((one) => one === (sasl ?? 'plain'));
  if (!mechanism) return refuse(`asks for sasl=${sasl}, which is not supported.`);
  const credentials = rest.slice(0, at);
  const colon = credentials.indexOf(':');
  const username = decoded(credentials.slice(0, Math.max(colon, 0)));
  const password = decoded(credentials.slice(colon + 1));
  if (username === undefined || password === undefined) {
    return refuse(
      'holds a % in the user or password that is no percent-encoding.',
      'Write a plain % as %25.',
    );
  }
  if (colon < 0 || username === '' || password === '') {
    return refuse('names a user without a password, or a password without a user.');
  }
  return { hosts, tls, login: { mechanism, username, password } };
}

function isHost(text: string): boolean {
  const [, port] = /^(?:\[[0-9a-f:.]+\]|[^\s:@/?#[\]]+):(\d{1,5})$/i.exec(text) ?? [];
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
