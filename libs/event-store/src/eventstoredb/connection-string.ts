import { EngineMisconfigured } from '@daybook/platform/plain';

export const ENGINE = 'EventStoreDB';

const EXAMPLE = 'esdb://user:password@host:2113, or esdb://host:2113?tls=false';

/** The options of the client's version 6.2.1. It ignores any other and prints the whole string, with password. */
const OPTIONS = new Set(
  [
    'tls',
    'tlsCAFile',
    'tlsVerifyCert',
    'userCertFile',
    'userKeyFile',
    'nodePreference',
    'maxDiscoverAttempts',
    'discoveryInterval',
    'gossipTimeout',
    'keepAliveInterval',
    'keepAliveTimeout',
    'defaultDeadline',
    'throwOnAppendFailure',
    'connectionName',
  ].map(flat),
);

/** How the client compares names of options. */
function flat(text: string): string {
  return text.trim().toLowerCase().replace(/[_-]/g, '');
}

/**
 * Checks a connection string and returns its hosts: `host:port`, several with commas. Throws
 * `EngineMisconfigured` for what the client would refuse with the password in the message, ignore with
 * the password on the console, or accept without effect, such as credentials without TLS.
 */
export function checkConnectionString(url: string): string {
  const wrong = (what: string, right: string) => new EngineMisconfigured(ENGINE, what, right);
  const parts = /^(esdb(?:\+discover)?):\/\/(?:([^@]*)@)?([^/?@]*)\/*(?:\?(.*))?$/.exec(url.trim());
  if (parts === null) {
    throw wrong('the connection string cannot be read.', `It looks like ${EXAMPLE}.`);
  }
  const [, , credentials, hosts = '', query] = parts;
  checkHosts(hosts, wrong);
  if (credentials !== undefined) checkCredentials(credentials, wrong);

  const options = new Map<string, string>();
  for (const pair of query === undefined ? [] : query.split('&')) {
    const [, name = '', value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (value === undefined || !OPTIONS.has(flat(name))) {
      throw wrong(
        `the connection string has an unknown option${name && ` ${name}`}.`,
        'Options are name=value, separated by &, with the names of the client, such as tls and tlsCAFile.',
      );
    }
    options.set(flat(name), value.trim());
  }
  if (options.get('tls') === 'false' && credentials !== undefined) {
    throw wrong(
      'the connection string has credentials and tls=false, and without TLS they are not sent.',
      'Leave out tls=false, or leave out the credentials if the server runs insecurely.',
    );
  }
  if (options.get('tlsverifycert') === 'false') {
    throw wrong(
      'the connection string has tlsVerifyCert=false, which the client cannot do.',
      "Name the certificate of the server's authority with tlsCAFile.",
    );
  }
  if (options.get('throwonappendfailure') === 'false') {
    throw wrong(
      'the connection string has throwOnAppendFailure=false, which loses true revisions.',
      'Leave it out.',
    );
  }
  return hosts;
}

type Wrong = (what: string, right: string) => EngineMisconfigured;

function checkHosts(hosts: string, wrong: Wrong): void {
  for (const host of hosts.split(',')) {
    const [, port] = /^[A-Za-z0-9._-]+(?::(\d+))?$/.exec(host.trim()) ?? ['', 'none'];
    const isPort = port === undefined || (Number(port) > 0 && Number(port) < 65_536);
    if (!isPort) {
      throw wrong(
        `the connection string names no host and port where it has "${host}".`,
        `It looks like ${EXAMPLE}.`,
      );
    }
  }
}

/** The client splits at every colon before it decodes, so a password with a colon would be cut off. */
function checkCredentials(credentials: string, wrong: Wrong): void {
  const decodable = credentials.split(':').every((part) => {
    try {
      return decodeURIComponent(part).length > 0;
    } catch {
      return false;
    }
  });
  if (credentials.split(':').length !== 2 || !decodable) {
    throw wrong(
      'the credentials in the connection string cannot be read.',
      'They are user:password@ with special characters percent-encoded: %3A for a colon, %40 for an at.',
    );
  }
}
