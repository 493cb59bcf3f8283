import { pageOf, settingsTables } from "./configurationPage";
import { markdownTable } from "./markdownTable";
import type { ComponentOutput } from "./outputs";
import type { Settings } from "./settings";

/** Inputs and outputs of both components, for whoever writes a program. */
export function componentsPage(parts: {
  cluster: ComponentOutput[];
  client: ComponentOutput[];
  clientInputs: Settings;
}): string {
  return pageOf([
    `# Inputs and outputs

<!-- Made by \`npm run generate\` from the sources of the components; change those. -->

Two components, from TypeScript, YAML, Python and Go ([languages.md](languages.md)). Which hosts there are, their names, and what is made
for them (\`tls\`, \`acl\`) has to be known when the program runs; everything else may come from other resources. What a preview does
not know yet is left out of validation, and nothing else. Unknown keys are refused, on every level.`,
    "## ConsulCluster",
    "Its inputs are the settings of [configuration.md](configuration.md). Its outputs:",
    outputs(parts.cluster),
    "## ConsulClient",
    "Client agents of a cluster: [clients.md](clients.md). Its outputs:",
    outputs(parts.client),
    "Its inputs:",
    ...settingsTables(parts.clientInputs, "###"),
  ]);
}

function outputs(all: ComponentOutput[]): string {
  return markdownTable([
    ["output", "type", "what it is"],
    ...all.map(({ name, type, description }) => [`\`${name}\``, `\`${type}\``, description]),
  ]);
}
