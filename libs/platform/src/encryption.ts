import { isIP } from 'node:net';
import { type AppEnv, EnvironmentError } from './env';
import { PemFiles, type TlsFiles } from './tls-files';

const HTTP_TLS = 'DAYBOOK_HTTP_TLS';

/** A port that an app opens. */
interface OpenPort {
  /** What it is called in a sentence. */
  readonly name: string;
  readonly host: string;
  /** The variable that has its host. */
  readonly hostVariable: string;
  readonly isEncrypted: boolean;
  /** The variables `<tls>_CERT` and `<tls>_KEY` would encrypt it. */
  readonly tls: string;
}

/** Whether an address can be reached from this machine alone. A name other than `localhost` may stand for any address. */
function isLoopback(host: string): boolean {
  const address = host.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(address) === 4) return address.startsWith('127.');
  return address === 'localhost' || address === '::1';
}

/**
 * The certificate of the app's HTTP ports, checked; null without TLS. Throws an `EnvironmentError` for a fault of its
 * files, and for a port that other machines can reach without encryption, unless the configuration allows that.
 */
export function readHttpTls(env: AppEnv, others: readonly OpenPort[] = []): TlsFiles | null {
  const { httpHost, metricsHost, metricsPort, httpTlsCert, httpTlsKey } = env;
  const files = new PemFiles(HTTP_TLS);
  const pair = files.pair(httpTlsCert, httpTlsKey);
  if (files.faults.length > 0) throw new EnvironmentError(files.faults);
  const http = { isEncrypted: pair !== null, tls: HTTP_TLS };
  const ports: OpenPort[] = [
    { name: 'HTTP', host: httpHost, hostVariable: 'DAYBOOK_HTTP_HOST', ...http },
    ...others,
  ];
  if (metricsPort !== 0) {
    const hostVariable = 'DAYBOOK_METRICS_HOST';
    ports.push({ name: 'the port of the metrics', host: metricsHost, hostVariable, ...http });
  }
  const exposed = ports.filter(({ host, isEncrypted }) => !isEncrypted && !isLoopback(host));
  if (exposed.length > 0 && !env.insecure) throw new EnvironmentError(exposed.map(exposure));
  return pair;
}

function exposure({ name, host, hostVariable, tls }: OpenPort): string {
  return (
    `${hostVariable}: other machines can reach ${host}, and ${name} has no TLS there, so keys and answers could be read on the way. ` +
    `Set ${tls}_CERT and ${tls}_KEY, or use 127.0.0.1. If a proxy before it terminates TLS, or the network is trusted, ` +
    'say so with DAYBOOK_INSECURE=true (of the launcher: --insecure)'
  );
}
