import { parseDocument } from "yaml";
import { Failure } from "../system/failure";

/** What a file of the project says; `name` is how a message calls it. @throws Failure with every place at which it is no YAML. */
export function readYaml(text: string, name: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    // The library's messages end in a colon and the line itself, with a mark below the place.
    const problems = document.errors.map(
      ({ message }) => `  ${message.replaceAll("\n", "\n  ").trimEnd()}`,
    );
    throw new Failure(
      `${name} cannot be read:\n${problems.join("\n")}\nMend that and run this again. Nothing was changed.`,
    );
  }
  return document.toJS();
}
