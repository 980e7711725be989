import { Param, type PipeTransform } from '@nestjs/common';
import { ID, ID_SENTENCE } from '../edge/fields';
import { invalid } from '../edge/validation';

/** The id in the path. Refuses with `validation-failed` what is not an id, before anything is looked up. */
export function PathId(): ParameterDecorator {
  return Param('id', idPipe);
}

const idPipe: PipeTransform<string, string> = {
  transform: (text) => {
    if (ID.test(text)) return text;
    const detail = `The id in the path ${ID_SENTENCE}`;
    throw invalid([{ in: 'path', pointer: 'id', code: 'pattern', detail }]);
  },
};
