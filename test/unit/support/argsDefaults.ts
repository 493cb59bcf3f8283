import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const file = join(__dirname, "../../../components/args.ts");

/** What the `@default` lines of an interface in args.ts promise, by property, as they are written. */
export function promisedDefaults(interfaceName: string): Record<string, string> {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found = source.statements.find(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === interfaceName,
  ) as ts.InterfaceDeclaration | undefined;
  if (!found) throw new Error(`args.ts has no interface ${interfaceName}`);
  return Object.fromEntries(
    found.members.flatMap((member) => {
      const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
      const promised = tag && ts.getTextOfJSDocComment(tag.comment);
      return promised === undefined ? [] : [[member.name?.getText() ?? "", promised.trim()]];
    }),
  );
}

/** The names of an interface's properties in args.ts. */
export function properties(interfaceName: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.ES2022,
    true,
  );
  return source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ name }) => name.text === interfaceName)
    .flatMap(({ members }) => members.map((member) => member.name?.getText() ?? ""));
}
