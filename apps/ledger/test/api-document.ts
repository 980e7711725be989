import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Reply } from '../../../test/ledger-harness';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<
    Record<string, Content & { readonly description?: string; readonly headers?: object }>
  >;
  readonly security?: readonly object[];
  readonly 'x-rate-tier'?: string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The document that the service serves, as something that requests and answers are held to. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  /** By the text of the schema: operations share refusals and parameters, and to compile is what takes long. */
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(readonly document: Document) {
    addFormats(this.ajv);
    this.ajv.addSchema({ ...document, $id: 'api' });
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
      })),
    );
  }

  /** What is wrong with a value by a schema of the document; null when nothing is. */
  faults(schema: Schema, value: unknown): string | null {
    const text = JSON.stringify(schema);
    const validate = this.compiled.get(text) ?? this.ajv.compile(rebased(schema) as object);
    this.compiled.set(text, validate);
    validate(value);
    return validate.errors?.length ? this.ajv.errorsText(validate.errors) : null;
  }

  /** The schema that a reference names. */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/components/schemas/', '');
    return name === undefined ? schema : (this.document.components.schemas[name] ?? {});
  }

  /** What is wrong with an answer of the operation; null when the document foresees it. */
  faultsOfReply(operation: Operation, reply: Reply): string | null {
    const response = operation.responses[reply.status];
    if (response === undefined) return `The document has no ${reply.status}.`;
    if (response.content === undefined && reply.body === '') return null;
    const [type = ''] = (reply.headers.get('content-type') ?? '').split(';');
    const schema = response.content?.[type]?.schema;
    if (schema === undefined) return `The document has no ${type} for ${reply.status}.`;
    for (const name of Object.keys(response.headers ?? {})) {
      const optional = ['retry-after', 'idempotency-replayed', 'etag'].includes(name.toLowerCase());
      if (!optional && !reply.headers.has(name)) return `The header ${name} is missing.`;
    }
    const { code } = reply.body ?? {};
    if (reply.status >= 400 && !response.description?.includes(`\`${code}\``)) {
      return `The document has no ${code} for ${reply.status}.`;
    }
    return this.faults(schema, reply.body);
  }
}

/** References inside a part of the document, as references to all of it. */
function rebased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rebased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' ? `api${inner}` : rebased(inner),
    ]),
  );
}
