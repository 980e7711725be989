// Prints what @asyncapi/parser finds in the document named by the argument, as JSON. A process of its own:
// the parser mixes module systems in ways that the test runner's loader does not take.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
process.stdout.write(
  JSON.stringify({
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
  }),
);
