import type { operations, ROUTES } from './generated/api';

/** The name of an operation, such as `mintPurse`. */
export type OperationId = keyof typeof ROUTES & keyof operations;

/** The document says `never` where an operation has none. */
type OrNone<Fields> = [Fields] extends [never] ? unknown : Fields;

type Part<
  Id extends OperationId,
  Place extends 'path' | 'query',
> = operations[Id]['parameters'] extends { readonly [Name in Place]?: infer Fields }
  ? OrNone<NonNullable<Fields>>
  : unknown;

type Body<Id extends OperationId> = operations[Id] extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer Fields } };
}
  ? Fields
  : unknown;

/** The fields of a request: the variables of its path, and its query or body. */
export type RequestOf<Id extends OperationId> = Part<Id, 'path'> & Part<Id, 'query'> & Body<Id>;

type Answered<Id extends OperationId> = operations[Id] extends {
  readonly responses: {
    readonly 200: { readonly content: { readonly 'application/json': infer Answer } };
  };
}
  ? Answer
  : never;

/** An amount of money as the service writes it. */
interface WrittenMoney {
  readonly asset: string;
  readonly amount: string;
  readonly baseUnits: string;
  readonly decimals: number;
}

/** Amounts are exact: `baseUnits` is a bigint, `amount` the same in whole units as text. */
export type Read<Value> = Value extends WrittenMoney
  ? Omit<Value, 'baseUnits'> & { readonly baseUnits: bigint }
  : Value extends object
    ? { readonly [Name in keyof Value]: Read<Value[Name]> }
    : Value;

/** The answer of an operation. */
export type AnswerOf<Id extends OperationId> = Read<Answered<Id>>;

/** Operations that answer with a page of a list. */
export type ListId = {
  [Id in OperationId]: Answered<Id> extends {
    readonly data: readonly unknown[];
    readonly nextCursor?: string | null;
  }
    ? RequestOf<Id> extends { readonly cursor?: string | undefined }
      ? Id
      : never
    : never;
}[OperationId];

/** What a list has pages of. */
export type ItemOf<Id extends ListId> =
  AnswerOf<Id> extends { readonly data: readonly (infer Item)[] } ? Item : never;

/** An answer as it is read: texts of base units become bigint, wherever they are. */
export function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, read(inner)] as const);
  const made = Object.fromEntries(fields);
  return isMoney(value) ? { ...made, baseUnits: BigInt(value.baseUnits) } : made;
}

function isMoney(value: object): value is WrittenMoney {
  const { asset, amount, baseUnits, decimals } = value as Partial<WrittenMoney>;
  const isText = [asset, amount, baseUnits].every((text) => typeof text === 'string');
  return isText && typeof decimals === 'number' && /^-?\d+$/.test(baseUnits ?? '');
}
