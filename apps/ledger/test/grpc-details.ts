import { googleRpc } from '@daybook/contracts';
import { type ServiceError, status } from '@grpc/grpc-js';

/** What the status of a refused call says, out of its trailer. */
export interface Details {
  readonly code: string;
  readonly message: string;
  readonly info: googleRpc.ErrorInfo;
  readonly requestId: string;
  readonly violations: readonly {
    readonly field: string;
    readonly reason: string;
    readonly description: string;
  }[];
  readonly retrySeconds: string | null;
}

export function detailsOf(error: ServiceError): Details {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Buffer)) throw new Error(`No details: ${error.message}`);
  const { code, message, details } = googleRpc.Status.decode(bytes);
  expect({ code, message }).toEqual({ code: error.code, message: error.details });
  const found = <T>(name: string, type: { decode(value: Uint8Array): T }): T | null => {
    const all = details.filter(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${name}`));
    expect(all.length).toBeLessThanOrEqual(1);
    return all[0] === undefined ? null : type.decode(all[0].value);
  };
  const info = found('ErrorInfo', googleRpc.ErrorInfo);
  const request = found('RequestInfo', googleRpc.RequestInfo);
  if (info === null || request === null) throw new Error('A status without its reason.');
  return {
    code: status[error.code],
    message,
    info,
    requestId: request.requestId,
    violations: found('BadRequest', googleRpc.BadRequest)?.fieldViolations ?? [],
    retrySeconds: found('RetryInfo', googleRpc.RetryInfo)?.retryDelay?.seconds ?? null,
  };
}
