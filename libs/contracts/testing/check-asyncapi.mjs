// Prints the findings of @asyncapi/parser for each document in the arguments, as a JSON list. A separate process,
// because the test runner's loader does not support how the parser mixes module systems.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const parser = new Parser();
const findings = [];
for (const file of process.argv.slice(2)) findings.push(await check(readFileSync(file, 'utf8')));
process.stdout.write(JSON.stringify(findings));

async function check(text) {
  const { document, diagnostics } = await parser.parse(text);
  return {
    channels:
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()) ?? [],
    operations:
      document
        ?.operations()
        .all()
        .map((operation) => operation.id()) ?? [],
    diagnostics: diagnostics.map(
      ({ code, message, path }) => `${path.join('/')}: ${code}: ${message}`,
    ),
  };
}
