/** The cluster that most of the tests with machines share (trio.ts), and a second one, so that two files can be at it (secondTrio.ts). */
export const sharedStack = "trio";
export const secondStack = "trio-2";
