// Writes what REST shows, from the descriptors of daybook.v1 with their comments: types and JSON schemas of
// answers, and the documentation of requests. `daybook/options/v1/json.proto` explains the rules and options.
import { createFileRegistry, fromBinary, getOption, ScalarType } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const TIMESTAMP = 'google.protobuf.Timestamp';
const WIDE = new Set([ScalarType.UINT64, ScalarType.INT64]);
const SIGNED = new Set([ScalarType.INT64, ScalarType.INT32]);
/** `daybook.options.v1.Json.Form`. */
const FORM = { text: 1, number: 3 };

/** A list that is always complete has no cursor in its message. Over REST every list has one. */
const NO_CURSOR = {
  name: 'nextCursor',
  type: 'string | null',
  schema: { type: ['string', 'null'], maxLength: 128, description: 'Null: the list is complete.' },
};

/** The text of `json.ts`. Throws if two different answers have one name. */
export function jsonModule(descriptorSet) {
  const files = fromBinary(FileDescriptorSetSchema, descriptorSet);
  const registry = createFileRegistry(files);
  const commentOf = commentsIn(files.file);
  const [types, schemas, operations, words] = [new Map(), new Map(), new Map(), new Map()];

  for (const service of registry) {
    if (service.kind !== 'service' || service.file.proto.package !== 'daybook.v1') continue;
    for (const method of service.methods) {
      const [, summary, description] = /^(.*?)\.(?: (.*))?$/.exec(textFor(method)) ?? [];
      const fields = requestOf(method.input);
      operations.set(`${service.name}/${method.name}`, {
        summary,
        description,
        ...answerOf(method),
        fields,
      });
    }
  }
  for (const type of registry) {
    if (type.kind === 'enum' && type.file.proto.package === 'daybook.v1')
      words.set(type.name, wordsIn(type));
  }
  return written(types, schemas, operations, words);

  function optionOf(desc, name) {
    return getOption(desc, registry.getExtension(`daybook.options.v1.${name}`));
  }

  /** The comment, with the names that JSON has. */
  function textFor(desc) {
    return commentOf(desc).replaceAll(/`[a-z]+(_[a-z]+)+`/g, (name) =>
      name.replaceAll(/_[a-z]/g, ([, letter]) => letter.toUpperCase()),
    );
  }

  /** The comment as a description, and its example. */
  function documentedBy(desc) {
    const [, example] = /such as `([^`]+)`/.exec(commentOf(desc)) ?? [];
    const shown = desc.fieldKind === 'list' ? [example] : example;
    return { description: textFor(desc), ...(example !== undefined && { example: shown }) };
  }

  /** The documentation of the fields of a request, by their JSON names. */
  function requestOf(message, documented = {}) {
    for (const field of message.fields) {
      if (field.name === 'request_id') continue;
      const name = optionOf(field, 'json').name || field.jsonName;
      if (field.fieldKind === 'message' && field.message.typeName !== TIMESTAMP) {
        requestOf(field.message, documented);
        // Alternatives that are one field over REST are documented by their oneof.
      } else if (!(name in documented)) documented[name] = documentedBy(field);
      else if (field.oneof !== undefined) documented[name] = documentedBy(field.oneof);
    }
    return documented;
  }

  /** The resource of a response, with the position of a command; or its list; or a part of a stream. */
  function answerOf({ output, methodKind }) {
    const named = optionOf(output, 'resource');
    const resource = output.fields.find(({ fieldKind }) => fieldKind === 'message');
    const list = output.fields.find(({ fieldKind }) => fieldKind === 'list');
    const isCommand = output.fields.some(({ name }) => name === 'replayed');
    const isOutcome = ({ name }) => isCommand && ['position', 'created', 'replayed'].includes(name);
    const own = output.fields
      .filter((field) => field !== resource && !isOutcome(field))
      .map(fieldOf);
    if (resource === undefined) {
      const isStream = methodKind === 'server_streaming';
      const type = named || (isStream ? output.name : `${list.message.name}List`);
      const isPaged = own.some(({ name }) => name === NO_CURSOR.name);
      const fields = own.map((field) =>
        field.name === list.jsonName ? { ...field, name: 'data' } : field,
      );
      if (!isStream && !isPaged) fields.push(NO_CURSOR);
      addType(type, output, fields);
      if (!isStream) addSchema(type, output, fields);
      return { type, answer: type };
    }
    const type = named || resource.message.name;
    const source = named ? output : resource.message;
    const fields = [...resource.message.fields.map(fieldOf), ...own];
    addType(type, source, fields);
    if (!isCommand) {
      addSchema(type, source, fields);
      return { type, answer: type };
    }
    const position = fieldOf(output.fields.find(({ name }) => name === 'position'));
    addSchema(`${type}Answer`, source, [...fields, position]);
    return { type, answer: `${type}Answer` };
  }

  function fieldOf(field) {
    const json = optionOf(field, 'json');
    const value = valuesOf(field, json);
    const { description: text, ...example } = documentedBy(field);
    const description = text.replaceAll(/\b([aA])bsent\b/g, (_, a) =>
      a === 'A' ? 'Null' : 'null',
    );
    const documented = { description, ...example };
    const name = json.name || field.jsonName;
    if (field.fieldKind === 'list') {
      const type = `readonly ${value.type.includes('|') ? `(${value.type})` : value.type}[]`;
      return { name, type, schema: { type: 'array', items: value.schema, ...documented } };
    }
    if (!json.nullable && !field.proto.proto3Optional) {
      return { name, type: value.type, schema: { ...value.schema, ...documented } };
    }
    return {
      name,
      type: `${value.type} | null`,
      schema: { ...nullable(value.schema), ...documented },
    };
  }

  /** The type and schema of the values of a field, without null and lists. */
  function valuesOf(field, json) {
    const { enum: type, message, scalar } = field;
    if (json.words.length > 0) return wordsOf(json.words);
    if (type !== undefined) return wordsOf(Object.values(wordsIn(type)));
    if (message?.typeName === TIMESTAMP) {
      return { type: 'string', schema: { type: 'string', format: 'date-time' } };
    }
    if (message !== undefined) {
      const fields = message.fields.map(fieldOf);
      addType(message.name, message, fields);
      addSchema(message.name, message, fields);
      return { type: message.name, schema: { $ref: `#/components/schemas/${message.name}` } };
    }
    if (scalar === ScalarType.BOOL) return { type: 'boolean', schema: { type: 'boolean' } };
    if (json.form === FORM.text) {
      const schema = { type: 'object', additionalProperties: true };
      return { type: 'Readonly<Record<string, unknown>>', schema };
    }
    if (scalar === ScalarType.STRING) return { type: 'string', schema: textSchema(field, json) };
    if (WIDE.has(scalar) && json.form !== FORM.number) {
      const pattern = SIGNED.has(scalar) ? '^-?[0-9]+$' : '^[0-9]+$';
      return { type: 'string', schema: { type: 'string', pattern, example: '42' } };
    }
    const minimum = SIGNED.has(scalar) ? {} : { minimum: 0 };
    const maximum = json.maximum === 0 ? {} : { maximum: json.maximum };
    return { type: 'number', schema: { type: 'integer', ...minimum, ...maximum } };
  }

  /** The words by their values: `catching-up` for `CHAIN_STATE_CATCHING_UP`. The unspecified value has none. */
  function wordsIn(type) {
    const isUpperCase = optionOf(type, 'upper_case');
    const named = type.values.filter(({ number }) => number !== 0);
    const entries = named.map(({ name }) => {
      const word = name.slice(type.sharedPrefix.length);
      return [name, isUpperCase ? word : word.toLowerCase().replaceAll('_', '-')];
    });
    return Object.fromEntries(entries);
  }

  function addType(name, message, fields) {
    const lines = fields.map(
      ({ name: field, type, schema }) =>
        `  /** ${schema.description} */\n  readonly ${field}: ${type};\n`,
    );
    keep(
      types,
      name,
      `/** ${textFor(message)} */\nexport interface ${name} {\n${lines.join('')}}\n`,
    );
  }

  function addSchema(name, message, fields) {
    const properties = Object.fromEntries(fields.map(({ name: field, schema }) => [field, schema]));
    const required = Object.keys(properties);
    keep(schemas, name, { type: 'object', description: textFor(message), properties, required });
  }
}

function textSchema({ name }, { maxLength, pattern }) {
  const isId = (name === 'id' || name.endsWith('_id')) && maxLength === 0;
  return {
    type: 'string',
    ...(isId && { format: 'uuid' }),
    ...(maxLength > 0 && { maxLength }),
    ...(pattern !== '' && { pattern }),
  };
}

function wordsOf(words) {
  return {
    type: words.map((word) => `'${word}'`).join(' | '),
    schema: { type: 'string', enum: words },
  };
}

function nullable(schema) {
  if (schema.$ref !== undefined) return { oneOf: [schema, { type: 'null' }] };
  const words = schema.enum === undefined ? {} : { enum: [...schema.enum, null] };
  return { ...schema, type: [schema.type, 'null'], ...words };
}

function keep(map, name, value) {
  const known = map.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) {
    throw new Error(
      `Two different answers are named ${name}: make them equal, or set the option "resource".`,
    );
  }
  map.set(name, value);
}

/** Looks up the comment above a message, field, oneof or method. */
function commentsIn(files) {
  const comments = new Map();
  for (const { package: scope, messageType, service, sourceCodeInfo } of files) {
    const locations = sourceCodeInfo?.location ?? [];
    const byPath = new Map(
      locations.map(({ path, leadingComments }) => [path.join(), leadingComments]),
    );
    const look = (name, path) => {
      comments.set(`${scope}.${name}`, byPath.get(path)?.replaceAll(/\s+/g, ' ').trim());
    };
    // Paths are made of the field numbers of descriptor.proto, and of places in lists.
    for (const [i, { name, field, oneofDecl }] of messageType.entries()) {
      look(name, `4,${i}`);
      for (const [j, inside] of field.entries()) look(`${name}.${inside.name}`, `4,${i},2,${j}`);
      for (const [j, inside] of oneofDecl.entries())
        look(`${name}.${inside.name}`, `4,${i},8,${j}`);
    }
    for (const [i, { name, method }] of service.entries()) {
      for (const [j, inside] of method.entries()) look(`${name}.${inside.name}`, `6,${i},2,${j}`);
    }
  }
  return ({ typeName, parent, name }) =>
    comments.get(typeName ?? `${parent.typeName}.${name}`) ?? '';
}

function written(types, schemas, operations, words) {
  const answers = [...operations].map(([rpc, { type }]) => `  readonly '${rpc}': ${type};\n`);
  const documented = [...operations].map(([rpc, { type: _, ...rest }]) => [rpc, rest]);
  const json = (entries) => JSON.stringify(Object.fromEntries(entries), null, 2);
  return `// Written by generate-json.mjs from the .proto files: what REST shows.

${[...types.values()].join('\n')}
/** The answer of each method: its resource, its list, or a part of its stream. */
export interface Answers {
${answers.join('')}}

interface Documented {
  readonly summary: string;
  readonly description?: string;
  /** The name of the schema of its answer. */
  readonly answer: string;
  /** The documentation of the fields of its request. */
  readonly fields: Readonly<Record<string, { description: string; example?: unknown }>>;
}

export const OPERATIONS: Readonly<Record<keyof Answers, Documented>> = ${json(documented)};

/** The words of each enum by the names of its values. The unspecified value has none. */
export const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = ${json(words)};

/** The schemas of answers, and of the resources inside them. */
export const SCHEMAS: Readonly<Record<string, object>> = ${json(schemas)};
`;
}
