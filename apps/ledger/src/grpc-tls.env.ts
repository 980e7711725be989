import { EnvironmentError, PemFiles } from '@daybook/platform';

/** The configured files and names. */
export interface TlsEnv {
  readonly grpcTlsCert?: string;
  readonly grpcTlsKey?: string;
  readonly grpcTlsClientCa?: string;
  readonly grpcTlsClientNames?: string;
}

export const GRPC_TLS = 'DAYBOOK_GRPC_TLS';

/** The files of TLS on the gRPC port, checked; null without TLS. Throws an `EnvironmentError` that lists every fault. */
export function readTlsFiles(env: TlsEnv) {
  const { grpcTlsCert, grpcTlsKey, grpcTlsClientCa, grpcTlsClientNames } = env;
  const files = new PemFiles(GRPC_TLS);
  const { faults } = files;
  const pair = files.pair(grpcTlsCert, grpcTlsKey);
  const clientCa = files.certificate('CLIENT_CA', grpcTlsClientCa);
  if (grpcTlsClientCa !== undefined && grpcTlsCert === undefined) {
    faults.push('DAYBOOK_GRPC_TLS_CLIENT_CA needs DAYBOOK_GRPC_TLS_CERT and _KEY');
  }
  if (grpcTlsClientNames !== undefined && grpcTlsClientCa === undefined) {
    faults.push('DAYBOOK_GRPC_TLS_CLIENT_NAMES needs DAYBOOK_GRPC_TLS_CLIENT_CA');
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
  return pair && { ...pair, clientCa: clientCa?.file ?? null };
}
