/** The first key of the advisory locks on chains, so that they meet no other use: "dbkw" in ASCII. */
export const LOCK_SPACE = 0x64626b77;
