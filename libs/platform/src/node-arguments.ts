/**
 * How Node runs an app. What a batch or a request leaves behind is short-lived: with 64 MiB for young
 * objects instead of 16 it dies where it was made, and is not copied and collected with the old ones. A
 * fifth of what a command costs was that (`npm run bench -- --only edges`).
 */
export const NODE_ARGUMENTS: readonly string[] = ['--max-semi-space-size=64'];
