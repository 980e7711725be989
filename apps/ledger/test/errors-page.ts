import { PROBLEMS, type ProblemCode, type ProblemEntry, problemType } from '../src/edge/problems';

const HEAD = `# Errors

Every refusal and failure over REST is \`application/problem+json\`
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). \`code\` is stable, so clients can rely on it; other
texts may change. \`errors\` lists every fault of a request with its place: a JSON Pointer into the body, or
the name of a parameter or header. \`requestId\` is the \`X-Request-Id\` of the answer. Search for it in the
service's log lines.

\`\`\`json
${JSON.stringify(
  {
    type: problemType('validation-failed'),
    title: PROBLEMS['validation-failed'].title,
    status: PROBLEMS['validation-failed'].status,
    detail: 'externalId must be 1 to 255 characters without control characters, such as user-42.',
    instance: '/v1/customers',
    code: 'validation-failed',
    errors: [
      {
        in: 'body',
        pointer: '/externalId',
        code: 'pattern',
        detail:
          'externalId must be 1 to 255 characters without control characters, such as user-42.',
      },
    ],
    requestId: '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52',
  },
  null,
  2,
)}
\`\`\`

Over gRPC the same refusal is the status in the column "gRPC". Its details (\`google.rpc.Status\` in the
trailer \`grpc-status-details-bin\`) have:

- an \`ErrorInfo\` with the code as \`reason\` and \`daybook\` as \`domain\`;
- the \`RequestInfo\`;
- a \`BadRequest\` with one violation per entry of \`errors\`, with field names as in the .proto files;
- a \`RetryInfo\` where REST has \`Retry-After\`.

A refused request has changed nothing. The exception is \`outcome-unknown\`. This page is generated from
\`libs/domain/src/errors.ts\` and \`apps/ledger/src/edge/problems.ts\`.
`;

/** `docs/errors.md`: every code with its statuses, when it happens and what to do. */
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
