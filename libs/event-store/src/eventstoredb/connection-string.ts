import { EngineMisconfigured } from '@daybook/platform/plain';

export const ENGINE = 'EventStoreDB';

const EXAMPLE = 'esdb://user:password@host:2113, or esdb://host:2113?tls=false';

/** The options of the client's version 6.2.1. It ignores any other and prints the whole string, with password. */
const OPTIONS = new Set(
  [
    ...['tls', 'tlsCAFile', 'tlsVerifyCert', 'userCertFile', 'userKeyFile'],
    ...['nodePreference', 'maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout'],
    ...['keepAliveInterval', 'keepAliveTimeout', 'defaultDeadline'],
    ...['throwOnAppendFailure', 'connectionName'],
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
  const parts = /^esdb(?:\+discover)?:\/\/(?:([^@]*)@)?([^/?@]*)\/*(?:\?(.*))?$/.exec(url.trim());
  const [, credentials, hosts = '', query] = parts ?? [];
  check(parts !== null, 'the connection string cannot be read.', `It looks like ${EXAMPLE}.`);
  const oddHost = hosts.split(',').find((host) => !isHost(host.trim()));
  check(
    oddHost === undefined,
    `the connection string names no host and port where it has "${oddHost}".`,
    `It looks like ${EXAMPLE}.`,
  );
  check(
    credentials === undefined || areCredentials(credentials),
    'the credentials in the connection string cannot be read.',
    'They are user:password@ with special characters percent-encoded: %3A for a colon, %40 for an at.',
  );
  const options = new Map<string, string>();
  for (const pair of query?.split('&') ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    check(
      OPTIONS.has(flat(name)),
      `the connection string has an unknown option${name && ` ${name}`}.`,
      'Options are name=value, separated by &, with the names of the client, such as tls and tlsCAFile.',
    );
    options.set(flat(name), value.trim());
  }
  check(
    options.get('tls') !== 'false' || credentials === undefined,
    'the connection string has credentials and tls=false, and without TLS they are not sent.',
    'Leave out tls=false, or leave out the credentials if the server runs insecurely.',
  );
  check(
    options.get('tlsverifycert') !== 'false',
    'the connection string has tlsVerifyCert=false, which the client cannot do.',
    "Name the certificate of the server's authority with tlsCAFile.",
  );
  check(
    options.get('throwonappendfailure') !== 'false',
    'the connection string has throwOnAppendFailure=false, which loses true revisions.',
    'Leave it out.',
  );
  return hosts;
}

function check(isFine: boolean, wrong: string, right: string): void {
  if (!isFine) throw new EngineMisconfigured(ENGINE, wrong, right);
}

function isHost(text: string): boolean {
  const [, port = '2113'] = /^[A-Za-z0-9._-]+(?::(\d+))?$/.exec(text) ?? ['', '0'];
  return Number(port) > 0 && Number(port) < 65_536;
}

/** The client splits at every colon before it decodes, so a password with a colon would be cut off. */
function areCredentials(text: string): boolean {
  try {
    const parts = text.split(':').map(decodeURIComponent);
    return parts.length === 2 && parts.every((part) => part.length > 0);
  } catch {
    return false;
  }
}
