import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const FILE = join(__dirname, "../../../components/args.ts");

/** A field of an interface of `components/args.ts`, as its text says. */
export interface Field {
  name: string;
  type: string;
  optional: boolean;
  /** What stands behind `@default`. */
  default: string | undefined;
}

const source = ts.createSourceFile(FILE, readFileSync(FILE, "utf8"), ts.ScriptTarget.ES2022, true);

/** The fields of an interface, those of the interfaces that it extends included. */
export function fieldsOf(name: string): Field[] {
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (found === undefined) throw new Error(`components/args.ts has no interface ${name}`);
  const inherited = (found.heritageClauses ?? []).flatMap(({ types }) =>
    types.flatMap((type) => fieldsOf(type.expression.getText())),
  );
  return [...inherited, ...found.members.filter(ts.isPropertySignature).map(fieldOf)];
}

function fieldOf(member: ts.PropertySignature): Field {
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
  return {
    name: member.name.getText(),
    type: member.type?.getText() ?? "",
    optional: member.questionToken !== undefined,
    default: ts.getTextOfJSDocComment(tag?.comment),
  };
}
