import { DomainError } from './errors';

/** The account's own id of its customer: 1 to 255 characters of any script, none of them a control character. */
export const EXTERNAL_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
export const EXTERNAL_ID_LENGTH_MAX = 255;
export const DESCRIPTION_LENGTH_MAX = 500;
/** The longest address that a mail server takes (RFC 5321). */
export const EMAIL_LENGTH_MAX = 254;
export const EMAIL = /^[^\s@\p{Cc}\p{Cs}]+@[^\s@\p{Cc}\p{Cs}]+$/u;
export const NAME_LENGTH_MAX = 100;
export const NAME = /^[^\p{Cc}\p{Cs}]+$/u;
export const PHONE_LENGTH_MAX = 32;
export const PHONE = /^\+?[0-9][0-9 ()./-]{1,30}$/;
/** Enough for a merchant's own keys; more is a database of its own. */
export const METADATA_ENTRIES_MAX = 20;
export const METADATA_KEY = /^[A-Za-z0-9_.-]{1,40}$/;
export const METADATA_VALUE_LENGTH_MAX = 500;
/** Texts that PostgreSQL and UTF-8 can store. */
const STORABLE = /^[^\0\p{Cs}]*$/u;

export type Metadata = Readonly<Record<string, string>>;

/** What a merchant may say of its customer; null for what it does not say. All of it is personal. */
export interface CustomerProfile {
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  /** Free text. */
  readonly description: string | null;
  /** Texts under names of the merchant's own. */
  readonly metadata: Metadata | null;
}

export const NO_PROFILE = {
  email: null,
  firstName: null,
  lastName: null,
  phone: null,
  description: null,
  metadata: null,
} as const;

export const PROFILE_FIELDS = Object.keys(NO_PROFILE) as readonly (keyof CustomerProfile)[];

/** What is given of a profile, with the keyed hash of a given e-mail address. Absent: stays as it is. */
export type ProfileChange = Partial<CustomerProfile> & { readonly emailHash?: string | null };

/** What of a given profile is another than before; null if nothing is. */
export function profileChange(before: CustomerProfile, given: ProfileChange): ProfileChange | null {
  const changed = PROFILE_FIELDS.filter(
    (field) => given[field] !== undefined && !isSame(before[field], given[field]),
  );
  if (changed.length === 0) return null;
  const change = Object.fromEntries(changed.map((field) => [field, given[field]]));
  // The hash follows its address alone: under another lookup key it differs although nothing has changed.
  return changed.includes('email') ? { ...change, emailHash: given.emailHash ?? null } : change;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || sortedText(one) === sortedText(other);
}

/** The order of metadata has no meaning. */
function sortedText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether this is a flat map of bounded texts. */
export function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= METADATA_ENTRIES_MAX &&
    entries.every(
      ([key, text]) =>
        METADATA_KEY.test(key) &&
        typeof text === 'string' &&
        text.length <= METADATA_VALUE_LENGTH_MAX &&
        STORABLE.test(text),
    )
  );
}

const RULES: Readonly<Record<Exclude<keyof CustomerProfile, 'description'>, Rule>> = {
  email: {
    holds: (value) => matches(value, EMAIL, EMAIL_LENGTH_MAX),
    sentence: `An e-mail address has an @ and at most ${EMAIL_LENGTH_MAX} characters without spaces.`,
  },
  firstName: {
    holds: (value) => matches(value, NAME, NAME_LENGTH_MAX),
    sentence: `A first name has 1 to ${NAME_LENGTH_MAX} characters without control characters.`,
  },
  lastName: {
    holds: (value) => matches(value, NAME, NAME_LENGTH_MAX),
    sentence: `A last name has 1 to ${NAME_LENGTH_MAX} characters without control characters.`,
  },
  phone: {
    holds: (value) => matches(value, PHONE, PHONE_LENGTH_MAX),
    sentence: `A phone number has 2 to ${PHONE_LENGTH_MAX} digits, spaces and the characters ( ) . / -, after an optional +.`,
  },
  metadata: {
    holds: isMetadata,
    sentence: `Metadata has at most ${METADATA_ENTRIES_MAX} texts of up to ${METADATA_VALUE_LENGTH_MAX} characters, under names of 1 to 40 letters, digits and the characters _.- only.`,
  },
};

interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly sentence: string;
}

function matches(value: unknown, pattern: RegExp, max: number): boolean {
  return typeof value === 'string' && value.length <= max && pattern.test(value);
}

/** Refuses with `invalid-description`, `invalid-profile`. */
export function requireProfile(given: ProfileChange): void {
  const { description = null } = given;
  if (description !== null && description.length > DESCRIPTION_LENGTH_MAX) {
    const sentence = `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`;
    throw new DomainError('invalid-description', sentence);
  }
  for (const [field, { holds, sentence }] of Object.entries(RULES)) {
    const value = given[field as keyof typeof RULES] ?? null;
    if (value !== null && !holds(value)) throw new DomainError('invalid-profile', sentence);
  }
}
