import ts from "typescript";

/** An interface of `components/cluster/args.ts`, as its text says. */
export interface Interface {
  name: string;
  description: string;
  own: Field[];
  /** Its own, then those of the interfaces that it extends. */
  fields: Field[];
}

export interface Field {
  name: string;
  /** As it is written: `Input<string>`. */
  type: string;
  optional: boolean;
  description: string;
  /** What stands behind `@default`: JSON, or words. */
  default: string | undefined;
}

/** Every interface of the file, by its name. */
export function parseInterfaces(text: string): Map<string, Interface> {
  const source = ts.createSourceFile("args.ts", text, ts.ScriptTarget.ES2022, true);
  const declared = new Map(
    source.statements.filter(ts.isInterfaceDeclaration).map((found) => [found.name.text, found]),
  );
  const fieldsOf = (found: ts.InterfaceDeclaration): Field[] => {
    const own = ownFields(found);
    const inherited = parents(found).flatMap((name) => {
      const parent = declared.get(name);
      return parent === undefined ? [] : fieldsOf(parent);
    });
    // One that is declared again has other words.
    return [...own, ...inherited.filter(({ name }) => own.every((field) => field.name !== name))];
  };
  return new Map(
    [...declared].map(([name, found]) => [
      name,
      { name, description: descriptionOf(found), own: ownFields(found), fields: fieldsOf(found) },
    ]),
  );
}

function ownFields(found: ts.InterfaceDeclaration): Field[] {
  return found.members.filter(ts.isPropertySignature).map(fieldOf);
}

function parents(found: ts.InterfaceDeclaration): string[] {
  return (found.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => expression.getText()),
  );
}

function fieldOf(member: ts.PropertySignature): Field {
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
  return {
    name: member.name.getText(),
    type: member.type?.getText() ?? "",
    optional: member.questionToken !== undefined,
    description: descriptionOf(member),
    default: tag && oneLine(ts.getTextOfJSDocComment(tag.comment)),
  };
}

function descriptionOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return oneLine(ts.getTextOfJSDocComment(comment));
}

/** Where a line ends in the source says nothing. */
export function oneLine(text = ""): string {
  return text.replace(/\s+/g, " ").trim();
}
