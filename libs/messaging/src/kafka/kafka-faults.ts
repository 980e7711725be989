import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { EngineMisconfigured, surviveErrors } from '@daybook/platform/plain';
import { LogUnavailable } from '../durable-log';
import { BROKERS_SETTING, type BrokerAddress } from './broker-address';
import { reasonOf } from './kafka-client';

/** A working listener answers at once. */
const PROBE_TIMEOUT_MS = 2_000;

const CERTIFICATE = /CERT|SIGNATURE|ISSUER|ALTNAME/;

/**
 * Explains in one sentence why the brokers could not be used, and what would be right. kafkajs sees only
 * closed connections where protocols do not match, so this probes the listeners itself.
 */
export async function explainFault(
  error: unknown,
  { hosts, tls, login }: BrokerAddress,
): Promise<EngineMisconfigured> {
  const known = error instanceof LogUnavailable ? error.cause : error;
  if (known instanceof EngineMisconfigured) return known;
  const { type, message } = reasonOf(error);
  const place = hosts.join(', ');
  const fault = (wrong: string, right: string): EngineMisconfigured =>
    new EngineMisconfigured('Kafka', `${place} ${wrong}`, right, { cause: error });
  const correct = `correct the address in ${BROKERS_SETTING}.`;

  if (type.startsWith('KafkaJSSASL') || type === 'SASL_AUTHENTICATION_FAILED') {
    return fault(
      `does not accept the user "${login?.username}" with ${login?.mechanism}.`,
      `Correct the user, the password or sasl= in ${BROKERS_SETTING}.`,
    );
  }
  if (CERTIFICATE.test(type)) {
    return fault(
      `has a certificate that is not trusted (${type}).`,
      'Name the file of its authority in NODE_EXTRA_CA_CERTS, or use the host name in the certificate.',
    );
  }
  const answers = await Promise.all(hosts.map(probe));
  if (answers.every((answer) => answer === 'nothing')) {
    return fault(`cannot be reached (${type}).`, `Start the brokers, or ${correct}`);
  }
  if (!tls && answers.includes('tls')) {
    return fault('speaks TLS.', `Write kafka+tls:// in ${BROKERS_SETTING}.`);
  }
  if (tls && answers.includes('plain')) {
    return fault(
      'does not speak TLS.',
      `Write kafka:// in ${BROKERS_SETTING}, or name its TLS listener.`,
    );
  }
  if (!login && /clos|reset/i.test(`${type} ${message}`)) {
    return fault(
      'closes the connection: it may require a user and a password.',
      `Write kafka://user:password@... in ${BROKERS_SETTING}, or name a listener without login.`,
    );
  }
  return fault(`cannot be used: ${message}`, `Look at the brokers, or ${correct}`);
}

/** Whether nothing, a plain or a TLS listener is there: a handshake succeeds with TLS only. */
async function probe(place: string): Promise<'nothing' | 'plain' | 'tls'> {
  const colon = place.lastIndexOf(':');
  const host = place.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(place.slice(colon + 1));
  if (!(await succeeds(surviveErrors(connectPlain({ host, port })), 'connect'))) return 'nothing';
  // Nothing is sent over this connection, so the certificate need not be trusted.
  const secure = surviveErrors(connectTls({ host, port, rejectUnauthorized: false }));
  return (await succeeds(secure, 'secureConnect')) ? 'tls' : 'plain';
}

function succeeds(socket: Socket, event: 'connect' | 'secureConnect'): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, end(false));
    socket.once(event, end(true));
    socket.once('error', end(false));
    socket.once('close', end(false));
  });
}
