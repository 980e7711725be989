import { type CustomerProfile, PROFILE_FIELDS, type ProfileChange } from '@daybook/domain';
import type { LookupKeys } from '../vault/lookup-keys';

/** A profile as a request gives it: a field that is absent or undefined stays as it is. */
export type GivenProfile = {
  readonly [Field in keyof CustomerProfile]?: CustomerProfile[Field] | undefined;
};

/** What is given, without white space around the e-mail address and with its keyed hash. */
export function givenProfile(
  lookups: LookupKeys,
  accountId: string,
  request: GivenProfile,
): ProfileChange {
  const given: ProfileChange = Object.fromEntries(
    PROFILE_FIELDS.flatMap((field) =>
      request[field] === undefined ? [] : [[field, request[field]]],
    ),
  );
  if (given.email === undefined) return given;
  const email = given.email?.trim() ?? null;
  const emailHash = email === null ? null : lookups.hash('email', accountId, email);
  return { ...given, email, emailHash };
}
