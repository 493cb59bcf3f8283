// The page about the settings. That it is current is another test's.

import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { validate } from "../../../components/validate";
import { anchor, configurationPage } from "../../../reference/configurationPage";
import { projectSettings } from "../../../reference/files";
import { readSettings, type Settings, typeOf } from "../../../reference/settings";
import { readConfig } from "../../../stack/readConfig";

const settings = projectSettings();
const page = configurationPage(settings);

describe("the committed settings", () => {
  test("each has a line with its description", () => {
    const all = [...settings.top, ...settings.sections.flatMap((section) => section.settings)];
    expect(all.length).toBeGreaterThan(80);
    for (const { name, description } of all) {
      expect(description, name).toMatch(/^\S.+\.$/);
      expect(page).toMatch(
        new RegExp(`^\\| \`${name}\` \\| .* \\| ${escaped(description)} \\|$`, "m"),
      );
    }
  });

  test("each link leads to a heading", () => {
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchor(heading));
    const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(anchors).toContain(link);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  test("the examples are right", () => {
    const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text ?? ""));
    const configs = blocks.flatMap((block) => (block === null ? [] : [block.config]));
    expect(configs.length).toBeGreaterThan(0);
    for (const config of configs) {
      const raw = Object.entries<unknown>(config)
        .filter(([key]) => key.startsWith("consul-cluster:"))
        .map(([key, value]) => [
          key.replace("consul-cluster:", ""),
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
      const { args, problems } = readConfig(Object.fromEntries(raw));
      expect([...problems, ...validate(args)]).toEqual([]);
    }
  });
});

describe("a small project", () => {
  const args = `
    export interface ConsulClusterArgs extends Hosts {
      /** Which
       * one | another. @default "1" */
      version?: Input<string>;
      /** Hosts. */
      hosts: HostArgs[];
    }
    interface Hosts {
      /** The way in. @default none */
      door?: DoorArgs;
    }
    /** A host. */
    interface HostArgs {
      /** Tags. */
      tags: Input<Record<string, Input<string>>>;
      door?: DoorArgs;
    }
    interface DoorArgs {
      /** Ports. @default those of the house */
      ports?: Input<Input<number>[]>;
    }`;
  const config = {
    hosts: { type: "array", description: "Some hosts" },
    door: { type: "object", description: "A door" },
    version: { type: "string", description: "Which one | another" },
  };
  const small: Settings = readSettings(args, config);

  test("keys in Pulumi.yaml's order and words, groups once with every place of theirs", () => {
    const text = configurationPage(small);
    expect(text.slice(text.indexOf("## Keys"))).toBe(`## Keys of a stack file

| setting | type | default | what it is |
| --- | --- | --- | --- |
| \`hosts\` | [list](#hosts) | **needed** | Some hosts. |
| \`door\` | [object](#hostsdoor-door) | none | A door. |
| \`version\` | string | \`"1"\` | Which one \\| another. |

## hosts[]

A host.

| setting | type | default | what it is |
| --- | --- | --- | --- |
| \`tags\` | object of strings | **needed** | Tags. |
| \`door\` | [object](#hostsdoor-door) |  |  |

## hosts[].door, door

| setting | type | default | what it is |
| --- | --- | --- | --- |
| \`ports\` | list of numbers | those of the house | Ports. |
`);
  });

  test("an interface that is missing is no empty one", () => {
    expect(() =>
      readSettings(args.replace("interface DoorArgs", "interface Other"), config),
    ).toThrow("has no interface DoorArgs");
  });
});

test.each([
  ["boolean", { kind: "boolean" }],
  ["Input<string>", { kind: "string" }],
  ["Input<Input<string>[]>", { kind: "list", of: { kind: "string" } }],
  ["Input<Record<string, any>>", { kind: "map", of: { kind: "anything" } }],
  ["PortsArgs", { kind: "group", name: "PortsArgs" }],
  ["NspawnMachineArgs[]", { kind: "list", of: { kind: "group", name: "NspawnMachineArgs" } }],
])("the type %s", (text, type) => {
  expect(typeOf(text)).toEqual(type);
});

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
