import fc from 'fast-check';
import type { ReflectedField, ReflectedType } from './grpc-reflected';

/** Text that somebody sends by mistake or by malice. */
const STRANGE = [
  '',
  ' ',
  '\u0000',
  '-1',
  '9'.repeat(30),
  "' OR '1'='1",
  '__proto__',
  '0x0000000000000000000000000000000000000000',
  '2026-02-30T00:00:00Z',
  'x'.repeat(2_000),
];
/** Made once: fast-check takes long to make texts. */
const STRANGE_TEXT = fc.oneof(fc.constantFrom(...STRANGE), fc.string(), fc.uuid());
const UINT64_MAX = 2n ** 64n - 1n;
const SECONDS = [0n, -62_135_596_800n, 253_402_300_799n, 2n ** 63n - 1n, -(2n ** 63n)];

/**
 * Messages of a type, as the server describes it: fields left out, with values that mean something
 * (`known`, by the field's name), and with values that mean nothing.
 */
export function messagesOf(
  type: ReflectedType,
  known: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<Record<string, unknown>> {
  const fields = type.fields.map((field) => [field.name, valuesOf(field, known)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

function valuesOf(
  field: ReflectedField,
  known: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<unknown> {
  const one = oneOf(field, known);
  return field.isRepeated ? fc.array(one, { maxLength: 4 }) : one;
}

function oneOf(
  { name, kind, message, words }: ReflectedField,
  known: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<unknown> {
  if (message !== null) return messagesOf(message, known);
  switch (kind) {
    case 'TYPE_STRING': {
      const right = fc.constantFrom(...(known[name] ?? ['x']));
      return fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: STRANGE_TEXT });
    }
    case 'TYPE_ENUM':
      return fc.oneof(fc.constantFrom(...words), fc.integer({ min: -3, max: 2 ** 31 - 1 }));
    case 'TYPE_UINT64':
      return fc
        .oneof(fc.bigInt(0n, 9n), fc.bigInt(0n, UINT64_MAX), fc.constant(UINT64_MAX))
        .map(String);
    case 'TYPE_INT64':
      return fc.oneof(fc.bigInt(0n, 2_000_000_000n), fc.constantFrom(...SECONDS)).map(String);
    case 'TYPE_UINT32':
      return fc.oneof(fc.nat(200), fc.nat(2 ** 31 - 1));
    case 'TYPE_INT32':
      return fc.integer();
    case 'TYPE_BOOL':
      return fc.boolean();
    default:
      throw new Error(`No values for ${kind}.`);
  }
}

/** Bytes that may or may not be a message: some, a message cut short, a message with bits turned. */
export function bytesNear(message: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat(Math.max(0, message.length - 1));
  const turned = fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([index, mask]) => {
    const copy = Buffer.from(message);
    copy[index] = (copy[index] ?? 0) ^ mask;
    return copy;
  });
  return fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    at.map((end) => message.subarray(0, end)),
    turned,
  );
}
