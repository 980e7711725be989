import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '@daybook/platform';

/** The configured files and names. */
export interface TlsEnv {
  readonly grpcTlsCert?: string;
  readonly grpcTlsKey?: string;
  readonly grpcTlsClientCa?: string;
  readonly grpcTlsClientNames?: string;
}

/** The files of TLS on the gRPC port, checked; null without TLS. Throws an `EnvironmentError` that lists every fault. */
export function readTlsFiles(env: TlsEnv) {
  const { grpcTlsCert, grpcTlsKey, grpcTlsClientCa, grpcTlsClientNames } = env;
  const faults: string[] = [];
  const use = <T>(name: string, path: string | undefined, parse: (file: Buffer) => T) => {
    if (path === undefined) return null;
    const variable = `DAYBOOK_GRPC_TLS_${name}`;
    try {
      const file = readFileSync(path);
      return { file, parsed: parse(file) };
    } catch (error) {
      // Errors of OpenSSL have a code too, but no `syscall`.
      const isUnread = (error as NodeJS.ErrnoException).syscall !== undefined;
      const what = name === 'KEY' ? 'private key' : 'certificate';
      const why = isUnread ? 'cannot be read' : `is no ${what} in PEM`;
      faults.push(`${variable}: the file ${path} ${why}`);
      return null;
    }
  };
  const cert = use('CERT', grpcTlsCert, (file) => new X509Certificate(file));
  const key = use('KEY', grpcTlsKey, (file) => createPrivateKey(file));
  const clientCa = use('CLIENT_CA', grpcTlsClientCa, (file) => new X509Certificate(file));
  if ((grpcTlsCert === undefined) !== (grpcTlsKey === undefined)) {
    faults.push('DAYBOOK_GRPC_TLS_CERT and DAYBOOK_GRPC_TLS_KEY are set together or not at all');
  }
  if (grpcTlsClientCa !== undefined && grpcTlsCert === undefined) {
    faults.push('DAYBOOK_GRPC_TLS_CLIENT_CA needs DAYBOOK_GRPC_TLS_CERT and _KEY');
  }
  if (grpcTlsClientNames !== undefined && grpcTlsClientCa === undefined) {
    faults.push('DAYBOOK_GRPC_TLS_CLIENT_NAMES needs DAYBOOK_GRPC_TLS_CLIENT_CA');
  }
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    faults.push('DAYBOOK_GRPC_TLS_KEY is not the key of DAYBOOK_GRPC_TLS_CERT');
  }
  if (cert && new Date(cert.parsed.validTo).getTime() < Date.now()) {
    faults.push(`DAYBOOK_GRPC_TLS_CERT: the certificate ended on ${cert.parsed.validTo}`);
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
  if (cert === null || key === null) return null;
  return { cert: cert.file, key: key.file, clientCa: clientCa?.file ?? null };
}
