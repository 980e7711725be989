import { PROBLEMS, type ProblemCode, type ProblemEntry, problemType } from '../src/edge/problems';

const HEAD = `# Errors

Every answer that is not a success is \`application/problem+json\`
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). \`code\` is stable: build on it, and on nothing
else that is text. \`errors\` lists everything that is wrong with a request, each with its place: a JSON
Pointer into the body, or the name of a parameter or header. \`requestId\` is the \`X-Request-Id\` of the
answer; it finds the request in the service's log.

\`\`\`json
${JSON.stringify(
  {
    type: problemType('validation-failed'),
    title: PROBLEMS['validation-failed'].title,
    status: PROBLEMS['validation-failed'].status,
    detail: 'externalId must be 1 to 128 visible ASCII characters without spaces, such as user-42.',
    instance: '/v1/customers',
    code: 'validation-failed',
    errors: [
      {
        in: 'body',
        pointer: '/externalId',
        code: 'pattern',
        detail:
          'externalId must be 1 to 128 visible ASCII characters without spaces, such as user-42.',
      },
    ],
    requestId: '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
  },
  null,
  2,
)}
\`\`\`

Over gRPC the same refusal is a status of the column "gRPC" whose details (\`google.rpc.Status\` in the trailer
\`grpc-status-details-bin\`) have an \`ErrorInfo\` with \`reason\` = the code and \`domain\` = \`daybook\`, the
\`RequestInfo\`, a \`BadRequest\` with a violation for each of \`errors\` (names as in the .proto files), and a
\`RetryInfo\` where REST has \`Retry-After\`.

A refused request has changed nothing, except where \`outcome-unknown\` says otherwise. This page is
written from \`libs/domain/src/errors.ts\` and \`apps/ledger/src/edge/problems.ts\`.
`;

/** `docs/errors.md`: every code with its status, when it happens and what can be done. */
export function errorsPage(): string {
  const codes = Object.entries(PROBLEMS) as [ProblemCode, ProblemEntry][];
  const statuses = [...new Set(codes.map(([, { status }]) => status))].sort((a, b) => a - b);
  const sections = statuses.map((status) => {
    const rows = codes.filter(([, entry]) => entry.status === status).map(row);
    return `\n## ${status}\n\n| code | gRPC | when | what to do |\n|---|---|---|---|\n${rows.join('')}`;
  });
  return HEAD + sections.join('');
}

function row([code, { rpc, when, remedy }]: [ProblemCode, ProblemEntry]): string {
  return `| \`${code}\` | ${rpc} | ${when} | ${remedy} |\n`;
}
