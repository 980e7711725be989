import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMissing } from './needs';

/** The files of a certificate and its key. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface CertificateOptions {
  /** Names such as `DNS:localhost`. */
  readonly names?: string;
  /** When it ended; it lasts a day when left out. */
  readonly endedAt?: Date;
}

export interface Authority {
  readonly ca: Buffer;
  readonly caFile: string;
  issue(name: string, options?: CertificateOptions): Certificate;
}

export interface CertificateFolder {
  authority(name: string): Authority;
  /** Signed by itself, for `localhost` and 127.0.0.1 unless other names are given. */
  selfSigned(name: string, names?: string): Certificate;
  remove(): void;
}

/**
 * Authorities and certificates, made by OpenSSL in a folder of their own. Without OpenSSL the files stay empty: the
 * suites that use them are read then, but do not run.
 */
export function certificateFolder(): CertificateFolder {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-tls-'));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    if (isMissing('openssl')) return;
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const read = (file: string) => (isMissing('openssl') ? Buffer.of() : readFileSync(file));
  const newKey = (file: string) =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);

  return {
    selfSigned(name, names = 'DNS:localhost,IP:127.0.0.1') {
      const [certFile, keyFile] = [path(`${name}.pem`), path(`${name}.key`)];
      newKey(keyFile);
      openssl(
        ...['req', '-x509', '-new', '-key', keyFile, '-subj', `/CN=${name}`, '-out', certFile],
        ...['-days', '1', '-addext', `subjectAltName=${names}`],
      );
      return { certFile, keyFile, cert: read(certFile), key: read(keyFile) };
    },
    authority(authority) {
      const caFile = path(`${authority}.pem`);
      const caKey = path(`${authority}.key`);
      newKey(caKey);
      openssl('req', '-x509', '-new', '-key', caKey, '-subj', `/CN=${authority}`, '-out', caFile);
      writeFileSync(path(`${authority}.cnf`), authorityConfig(folder, authority));
      writeFileSync(path(`${authority}.index`), '');
      return {
        caFile,
        ca: read(caFile),
        issue(name, { names = 'DNS:localhost,IP:127.0.0.1', endedAt } = {}) {
          const certFile = path(`${name}.pem`);
          const keyFile = path(`${name}.key`);
          const request = path(`${name}.csr`);
          newKey(keyFile);
          openssl('req', '-new', '-key', keyFile, '-subj', `/CN=${name}`, '-out', request);
          const extensions = path(`${name}.ext`);
          writeFileSync(extensions, `subjectAltName=${names}\n`);
          const end = endedAt ?? new Date(Date.now() + 86_400_000);
          openssl(
            ...['ca', '-batch', '-config', path(`${authority}.cnf`), '-notext'],
            ...['-startdate', stamp(new Date(end.getTime() - 2 * 86_400_000))],
            ...['-enddate', stamp(end), '-in', request, '-out', certFile, '-extfile', extensions],
          );
          return { certFile, keyFile, cert: read(certFile), key: read(keyFile) };
        },
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Only `openssl ca` issues certificates that have already ended. */
function authorityConfig(folder: string, name: string): string {
  return `[ca]
default_ca = it
[it]
database = ${join(folder, `${name}.index`)}
new_certs_dir = ${folder}
certificate = ${join(folder, `${name}.pem`)}
private_key = ${join(folder, `${name}.key`)}
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
`;
}

/** `YYMMDDHHMMSSZ`, as certificates have it. */
function stamp(time: Date): string {
  return `${time.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`;
}
