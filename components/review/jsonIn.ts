/** The JSON objects of a text, each from a brace at the start of a line on, whatever stands around them. */
export function* objectsIn(text: string): Generator<Record<string, unknown>> {
  let behind = 0;
  for (const start of bracesAtLineStarts(text)) {
    if (start < behind) continue;
    const end = endOfObject(text, start);
    const object = end === undefined ? undefined : parsed(text.slice(start, end));
    if (object === undefined) continue;
    yield object;
    behind = end as number;
  }
}

/** The first brace at the start of a line from which no JSON can be read, and why, where the text has no object. */
export function damageIn(text: string): { line: number; message: string } | undefined {
  const [start] = bracesAtLineStarts(text);
  if (start === undefined || !objectsIn(text).next().done) return undefined;
  try {
    JSON.parse(text.slice(start));
    return undefined;
  } catch (error) {
    const line = text.slice(0, start).split("\n").length;
    return { line, message: (error as Error).message.split("\n")[0] as string };
  }
}

function bracesAtLineStarts(text: string): number[] {
  return [...text.matchAll(/^\{/gm)].map(({ index }) => index);
}

/** Behind the brace that closes the one at `start`; undefined where none does. */
function endOfObject(text: string, start: number): number | undefined {
  const marks = /["\\{}]/g;
  marks.lastIndex = start;
  let depth = 0;
  let inString = false;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === "\\") marks.lastIndex += 1;
    else if (mark[0] === '"') inString = !inString;
    else if (!inString) depth += mark[0] === "{" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
