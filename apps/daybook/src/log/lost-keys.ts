import {
  type AccountCommand,
  endOf,
  type IssuedKeys,
  type KeptAccountKey,
  type OperatorCommand,
} from '@daybook/domain';
import type { AccountKeyKnown, KeyKnown } from './rows';

// The keys that the tables know and the log lost.

export type KeyCommand = Extract<OperatorCommand, { readonly keyId: string }>;
export type AccountKeyCommand = Extract<AccountCommand, { readonly keyId: string }>;

/** The commands that bring keys back. A key that was revoked works again in the older log, so that is the first to come back. */
export function keyCommands<Key extends KeyKnown, Command>(
  keys: readonly Key[],
  issued: IssuedKeys,
  issue: (key: Key) => Command,
  revoke: (keyId: string) => Command,
): readonly Command[] {
  return keys.flatMap((key): readonly Command[] => {
    const { keyId, keyHash, revoked } = key;
    const known = issued[keyId];
    if (known !== undefined && known.keyHash !== keyHash) return [];
    return [
      ...(known === undefined ? [issue(key)] : []),
      ...(revoked && known?.isRevoked !== true ? [revoke(keyId)] : []),
    ];
  });
}

export function ofOperator({ keyId, keyHash, scopes, expiresAt }: KeyKnown) {
  return { type: 'IssueApiKey', keyId, keyHash, scopes, name: null, expiresAt } as const;
}

export function ofAccount({ person, replaces, ...key }: AccountKeyKnown) {
  const { issuedBy: keyId, issuedByKind: kind, issuedByPerson } = key;
  const issuer = keyId === null || kind === null ? null : { kind, keyId, person: issuedByPerson };
  return { ...ofOperator(key), person, issuedBy: issuer, replaces };
}

/** The rotation of a key that does not end yet in the older log. It issues the successor too. */
export function endCommands(
  { keyId, expiresAt, revoked }: AccountKeyKnown,
  keys: readonly AccountKeyKnown[],
  issued: IssuedKeys<KeptAccountKey>,
  reason: string,
): readonly AccountKeyCommand[] {
  const known = issued[keyId];
  const successor = keys.find(({ replaces }) => replaces === keyId);
  if (revoked || known === undefined || successor === undefined || expiresAt === null) return [];
  const end = endOf(known);
  if (end !== null && Date.parse(end) <= Date.parse(expiresAt)) return [];
  const at = new Date().toISOString();
  const overlapSeconds = Math.ceil((Date.parse(expiresAt) - Date.parse(at)) / 1_000);
  if (overlapSeconds <= 0) return [{ type: 'RevokeApiKey', keyId, reason }];
  const { issuedBy } = ofAccount(successor);
  const ends = successor.expiresAt === null ? {} : { expiresAt: successor.expiresAt };
  return [
    { type: 'RotateApiKey', keyId, successor, overlapSeconds, issuedBy, at, reason, ...ends },
  ];
}
