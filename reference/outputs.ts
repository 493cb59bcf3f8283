import ts from "typescript";
import { oneLine } from "./argsFile";

/** An output of a component, as the text of its class says. */
export interface ComponentOutput {
  name: string;
  /** What it holds: `string[]`. */
  type: string;
  description: string;
}

/** The outputs of the component that the file declares, in its order. */
export function parseOutputs(text: string): ComponentOutput[] {
  const source = ts.createSourceFile("component.ts", text, ts.ScriptTarget.ES2022, true);
  return source.statements
    .filter(ts.isClassDeclaration)
    .flatMap(({ members }) => members.filter(ts.isPropertyDeclaration))
    .flatMap((member) => {
      const declared = member.type?.getText() ?? "";
      const [, single] = /^Output<(.*)>$/.exec(declared) ?? [];
      // What is several in one: each of its fields is an Output.
      const type = declared === "ClientSettings" ? declared : single;
      const comment = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc)?.comment;
      const description = oneLine(ts.getTextOfJSDocComment(comment));
      return type === undefined ? [] : [{ name: member.name.getText(), type, description }];
    });
}
