/** The cluster that most of the tests with machines share (trio.ts). */
export const sharedStack = "trio";
