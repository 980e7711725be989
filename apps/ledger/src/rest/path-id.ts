import { Param, type PipeTransform } from '@nestjs/common';
import { ID } from '../edge/fields';
import { invalid } from '../edge/validation';

/** The id in the path. Refuses with `validation-failed` what is no id, before anything is looked up. */
export function PathId(): ParameterDecorator {
  return Param('id', idPipe);
}

const idPipe: PipeTransform<string, string> = {
  transform: (text) => {
    if (ID.test(text)) return text;
    const detail = 'The id in the path is a UUID in lower case.';
    throw invalid([{ in: 'path', pointer: 'id', code: 'pattern', detail }]);
  },
};
