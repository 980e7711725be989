import { EXIT, Failure } from '../cli/exit-codes';
import { explain } from '../cli/explain';

/**
 * What ends an audit that could not be carried out. Its code is never that of a difference: whoever is
 * told 1 may rely on that one was found.
 */
export function undecided(error: unknown): Failure {
  const { exitCode, message } = explain(error);
  const code = exitCode === EXIT.failed ? EXIT.undecided : exitCode;
  return new Failure(message, code, { cause: error });
}
