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

/** The `KEY=VALUE` words of a command line that `shellWords` wrote. */
export function readSettings(command: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [word] of command.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)) {
    const plain = word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped);
    const [, key, value] = /^([A-Za-z]+)=(.*)$/s.exec(plain) ?? [];
    if (key !== undefined && value !== undefined) settings[key] = value;
  }
  return settings;
}
