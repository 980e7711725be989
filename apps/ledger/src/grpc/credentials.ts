import { ServerCredentials } from '@grpc/grpc-js';
import { readTlsFiles, type TlsEnv } from '../grpc-tls.env';

export interface GrpcCredentials {
  readonly credentials: ServerCredentials;
  /** A client certificate must have one of these names; null allows any. */
  readonly clientNames: ReadonlySet<string> | null;
}

/** The credentials of the gRPC port: plaintext, TLS, or mutual TLS. Throws an `EnvironmentError`. */
export function grpcCredentials(env: TlsEnv): GrpcCredentials {
  const files = readTlsFiles(env);
  if (files === null) return { credentials: ServerCredentials.createInsecure(), clientNames: null };
  const { cert, key, clientCa } = files;
  const pair = { cert_chain: cert, private_key: key };
  const names = env.grpcTlsClientNames?.split(',').map((name) => name.trim());
  return {
    credentials: ServerCredentials.createSsl(clientCa, [pair], clientCa !== null),
    clientNames: names === undefined ? null : new Set(names),
  };
}
