/**
 * Words for a POSIX shell, quoted only where they must be: the command lines stand in previews and errors,
 * and people read them.
 */
export function shellWords(words: string[]): string {
  return words.map(shellWord).join(" ");
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
