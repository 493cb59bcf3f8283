import { defaultValue, type Section, type Setting, type Settings, type Type } from "./settings";

const START = `# Configuration

<!-- Made by \`npm run generate\` from components/cluster/args.ts and Pulumi.yaml; change those. -->

A stack is a cluster, and \`Pulumi.<stack>.yaml\` holds all of its settings: a key of the table below with
\`consul-cluster:\` before it, and beside them what providers want, such as \`aws:region\`. What is left out has its
default. A wrong setting is refused before any host is reached, all of them at once.

\`\`\`yaml
config:
  aws:region: eu-central-1
  consul-cluster:aws:
    servers:
      - { name: consul-1 }
      - { name: consul-2 }
      - { name: consul-3 }
    sshCidrs: [10.8.0.0/24]
  consul-cluster:datacenter: eu-central-1
  consul-cluster:ports: { http: 8500 }
\`\`\`

Write the file by hand, or let Pulumi write it: \`--path\` reaches what lies inside of a setting, \`--secret\` encrypts.
A private key, a sudo password and a gossip key must be encrypted; any other text can be; a key's file can be named
instead of the key.

\`\`\`sh
pulumi config set version 1.22.0
pulumi config set --path ports.http 8500
pulumi config set --secret gossipKey "$(consul keygen)"
pulumi config set --secret --path 'existing.servers[0].privateKey' < ~/.ssh/consul
\`\`\`

An editor that speaks to yaml-language-server knows all of this when the stack file's first line is

\`\`\`yaml
# yaml-language-server: $schema=reference/stack.schema.json
\`\`\``;

/** The page about every setting: one table for the keys of a stack file, one for each group below them. */
export function configurationPage(settings: Settings): string {
  return pageOf([START, "## Keys of a stack file", ...settingsTables(settings, "##")]);
}

/** Parts of a page, with an empty line between them. */
export function pageOf(parts: string[]): string {
  return `${parts.join("\n\n")}\n`;
}

/** A table of the topmost settings, then one for each group below them, under a heading of this depth. */
export function settingsTables({ top, sections }: Settings, depth: string): string[] {
  const links = new Map(sections.map((section) => [section.name, `#${anchor(heading(section))}`]));
  return [
    table(top, links),
    ...sections.flatMap((section) => [
      `${depth} ${heading(section)}`,
      ...(section.description === "" ? [] : [section.description]),
      table(section.settings, links),
    ]),
  ];
}

function heading({ paths }: Section): string {
  return paths.join(", ");
}

/** As GitHub makes them: small letters, digits, `-` and `_` stay, a space is a `-`. */
export function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
}

function table(settings: Setting[], links: Map<string, string>): string {
  const rows = settings.map((setting) => [
    `\`${setting.name}\``,
    typeText(setting.type, links),
    defaultText(setting),
    setting.description,
  ]);
  return [["setting", "type", "default", "what it is"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function typeText(type: Type, links: Map<string, string>): string {
  switch (type.kind) {
    case "list":
      return type.of.kind === "group"
        ? `[list](${links.get(type.of.name)})`
        : `list of ${typeText(type.of, links)}s`;
    case "map":
      return type.of.kind === "anything" ? "object" : `object of ${typeText(type.of, links)}s`;
    case "group":
      return `[object](${links.get(type.name)})`;
    default:
      return type.kind;
  }
}

function defaultText(setting: Setting): string {
  if (!setting.optional) return "**needed**";
  if (setting.default === undefined) return "";
  return defaultValue(setting) === undefined ? setting.default : `\`${setting.default}\``;
}
