import type { DynamicModule, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants';
import { type OperationDeclaration, operationsIn } from '../src/edge/operation';
import { LedgerEnv } from '../src/ledger.env';
import { LedgerModule } from '../src/ledger.module';

const BEGIN = '<!-- methods: written by grpc-page.int.spec.ts -->\n';
const END = '<!-- end of methods -->\n';

/** The page with its table of methods as the code has it. */
export function withMethods(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('docs/grpc.md has lost the place of its table.');
  return page.slice(0, begin + BEGIN.length) + methodsTable() + page.slice(end);
}

function methodsTable(): string {
  const rows = declaredOperations()
    .toSorted((a, b) => (a.rpc < b.rpc ? -1 : 1))
    .map(({ rpc, scope, http }) => {
      const rest = http === undefined ? 'a stream' : `\`${http}\``;
      return `| \`daybook.v1.${rpc}\` | \`${scope}\` | ${rest} |\n`;
    });
  return `| method | scope | over REST |\n|---|---|---|\n${rows.join('')}`;
}

/** What the controllers of the ledger's modules declare. */
function declaredOperations(): readonly OperationDeclaration[] {
  const modules = LedgerModule.forRoot(new LedgerEnv()).imports as (DynamicModule | Type)[];
  return modules.flatMap((imported) => {
    const controllers: readonly Type[] =
      'module' in imported
        ? (imported.controllers ?? [])
        : (Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, imported) ?? []);
    return controllers.flatMap(({ prototype }) => operationsIn(prototype));
  });
}
