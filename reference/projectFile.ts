import { type Field, parseInterfaces } from "./argsFile";
import { defaultValue, TOP, type Type, typeOf } from "./settings";

const WIDTH = 104;

/**
 * Pulumi.yaml with the arguments that it lacks, each behind the one before it in `args.ts`, in the words that stand there. What
 * is there already stays: a stack file's words may say more, such as how a value is encrypted.
 */
export function withArguments(projectFile: string, argsText: string): string {
  const fields = parseInterfaces(argsText).get(TOP)?.fields ?? [];
  return fields.reduce((text, field, index) => {
    if (blockOf(field.name).test(text)) return text;
    const before = fields[index - 1];
    return before === undefined
      ? text
      : text.replace(blockOf(before.name), (block) => block + declared(field));
  }, projectFile);
}

/** A key of `config` with all that stands below it. */
function blockOf(name: string): RegExp {
  return new RegExp(`^  ${name}:\\n(?: {4,}.*\\n)+`, "m");
}

function declared(field: Field): string {
  const type = typeOf(field.type);
  return [
    `  ${field.name}:`,
    ...typed(type).map((line) => `    ${line}`),
    `    default: ${standard(type, field)}`,
    ...described(field.description.replace(/\.$/, "")),
    "",
  ].join("\n");
}

function typed(type: Type): string[] {
  if (type.kind === "list") return ["type: array", "items:", `  type: ${type.of.kind}`];
  const isSimple = ["string", "boolean", "number"].includes(type.kind);
  return [`type: ${isSimple ? type.kind : "object"}`];
}

/** Pulumi demands one: an empty one means that nothing is set. */
function standard(type: Type, field: Field): string {
  const value = defaultValue(field);
  if (value !== undefined) return JSON.stringify(value);
  return { string: '""', list: "[]", boolean: "false", number: "0" }[type.kind as string] ?? "{}";
}

function described(text: string): string[] {
  const line = `    description: ${text}`;
  if (line.length <= WIDTH && !/: |#|^\W/.test(text)) return [line];
  const folded = text.match(new RegExp(`\\S.{0,${WIDTH - 8}}(?= |$)`, "g")) ?? [];
  return ["    description: >-", ...folded.map((words) => `      ${words}`)];
}
