// One JSON document in many forms, which all say the same: what an agent of another release may send tomorrow.

/** Numbers from 0 to 1, the same ones for a seed. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Members that nobody has asked for, and that speak of everything that is asked for. */
const decoys: Record<string, unknown> = {
  Aa_New: { Name: "nobody", Status: 4, Healthy: true, Voter: true, Node: "nobody", ID: "no-id" },
  Mm_New: [{ Name: "nobody", Keys: { k: 1 }, Servers: [{ Name: "nobody" }] }, [], {}, null, -1.5e3],
  Zz_New: 'a text with },{"Name":"nobody","Status":1},{"Name" and a \\" in it',
  Ää_漢: "ü\u2028 €",
};

/** Members of such objects are data, and not fields: one more would say something else. */
const data = new Set(["Keys", "PrimaryKeys"]);

/** The document with its fields in another order, other white space, other escapes, and fields that are new. */
export function disguised(document: unknown, seed: number): string {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const spaces = pick([[""], [" "], ["", " ", "\n", "\n  ", "\t", "\r\n"]]);
  const space = () => pick(spaces);
  const escapes = pick([0, 0.1, 1]);
  const extra = pick([true, false]);

  const text = (value: string): string => {
    const units =
      JSON.stringify(value)
        .slice(1, -1)
        .match(/\\u....|\\.|[\ud800-\udbff].|./gsu) ?? [];
    const written = units.map((unit) => {
      if (unit.length > 1 || random() >= escapes)
        return unit === "/" && random() < 0.2 ? "\\/" : unit;
      const code = unit.charCodeAt(0).toString(16).padStart(4, "0");
      return `\\u${random() < 0.5 ? code : code.toUpperCase()}`;
    });
    return `"${written.join("")}"`;
  };
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((each) => [random(), each] as const)
      .sort(([a], [b]) => a - b)
      .map(([, each]) => each);
  const write = (value: unknown, name = "", isDecoy = false): string => {
    if (typeof value === "string") return text(value);
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    if (Array.isArray(value)) {
      const items = value.map((each) => `${space()}${write(each, name, isDecoy)}${space()}`);
      return `[${items.join(",") || space()}]`;
    }
    const members = Object.entries(value);
    const more = extra && !isDecoy && !data.has(name) ? Object.entries(decoys) : [];
    const written = shuffled([...members, ...more]).map(
      ([key, member]) =>
        `${space()}${text(key)}${space()}:${space()}${write(member, key, isDecoy || key in decoys)}${space()}`,
    );
    return `{${written.join(",") || space()}}`;
  };
  return `${space()}${write(document)}${space()}`;
}
