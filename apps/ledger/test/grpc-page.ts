import { v1 } from '@daybook/contracts';
import { UNARY_METHODS } from '../src/grpc/methods';
import { STREAM_METHODS } from '../src/grpc/stream';

const BEGIN = '<!-- methods: written by grpc-page.spec.ts -->\n';
const END = '<!-- end of methods -->\n';

/** The page with its table of methods as the code has it. */
export function withMethods(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('docs/grpc.md has lost the place of its table.');
  return page.slice(0, begin + BEGIN.length) + methodsTable() + page.slice(end);
}

function methodsTable(): string {
  const unary = Object.entries(UNARY_METHODS).flatMap(([service, methods]) =>
    methods.map(({ name, scope, twin }) => row(service, name, scope, `\`${twin}\``)),
  );
  const events = v1.EventServiceDefinition.fullName;
  const streams = STREAM_METHODS.map(({ name }) => row(events, name, 'read', 'a stream'));
  return `| method | scope | over REST |\n|---|---|---|\n${[...unary, ...streams].join('')}`;
}

function row(service: string, name: string, scope: string, twin: string): string {
  return `| \`${service}/${name}\` | ${scope} | ${twin} |\n`;
}
