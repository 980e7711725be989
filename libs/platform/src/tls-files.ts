import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The certificate (chain) and the key of a port, in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads files in PEM that variables `<prefix>_<NAME>` name, and collects what is wrong with them. */
export class PemFiles {
  readonly faults: string[] = [];

  constructor(private readonly prefix: string) {}

  certificate(name: string, path: string | undefined) {
    return this.read(name, path, 'certificate', (file) => new X509Certificate(file));
  }

  /** The certificate and key of a server; null without one. */
  pair(certPath: string | undefined, keyPath: string | undefined): TlsFiles | null {
    const { prefix, faults } = this;
    const cert = this.certificate('CERT', certPath);
    const key = this.read('KEY', keyPath, 'private key', (file) => createPrivateKey(file));
    if ((certPath === undefined) !== (keyPath === undefined)) {
      faults.push(`${prefix}_CERT and ${prefix}_KEY are set together or not at all`);
    }
    if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
      faults.push(`${prefix}_KEY is not the key of ${prefix}_CERT`);
    }
    if (cert && new Date(cert.parsed.validTo).getTime() < Date.now()) {
      faults.push(`${prefix}_CERT: the certificate ended on ${cert.parsed.validTo}`);
    }
    return cert && key && { cert: cert.file, key: key.file };
  }

  private read<T>(name: string, path: string | undefined, what: string, parse: (f: Buffer) => T) {
    if (path === undefined) return null;
    try {
      const file = readFileSync(path);
      return { file, parsed: parse(file) };
    } catch (error) {
      // Errors of OpenSSL have a code too, but no `syscall`.
      const isUnread = (error as NodeJS.ErrnoException).syscall !== undefined;
      const why = isUnread ? 'cannot be read' : `is no ${what} in PEM`;
      this.faults.push(`${this.prefix}_${name}: the file ${path} ${why}`);
      return null;
    }
  }
}
