import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { componentSchema } from "./componentSchema";
import { componentsPage } from "./componentsPage";
import { configurationPage } from "./configurationPage";
import { firewallFiles } from "./firewall";
import { constantsIn, withGatesTable } from "./gatesTable";
import { licencesPage } from "./licences";
import { parseOutputs } from "./outputs";
import { withPortsTable } from "./portsTable";
import { prettyJson } from "./prettyJson";
import { productionPackages } from "./production";
import { withArguments } from "./projectFile";
import { readArguments, readSettings, type Settings, TOP } from "./settings";
import { stackSchema } from "./stackSchema";
import { sudoersFragment } from "./sudoers";

const root = join(__dirname, "..");

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The arguments of a cluster as their files have them, those of the sources of hosts included. */
export function clusterArgs(): string {
  const ofHosts = readdirSync(join(root, "components/hosts"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)(args|sources)\.ts$/.test(file))
    .sort();
  const files = ["cluster/args.ts", ...ofHosts.map((file) => `hosts/${file}`)];
  return files.map((file) => read(`components/${file}`)).join("\n");
}

/** The settings as they are committed. */
export function projectSettings(): Settings {
  return readSettings(clusterArgs(), parse(projectFile()).config);
}

/** Hosts of client agents are described where the cluster's are. */
function clientInputs(): Settings {
  return readArguments(clusterArgs() + read("components/client/args.ts"), "ConsulClientArgs");
}

/** The component's schema, apart from the rest because it takes seconds. */
export async function generatedSchema(): Promise<Record<string, string>> {
  const inputs = { ConsulCluster: readArguments(clusterArgs(), TOP), ConsulClient: clientInputs() };
  return { "components/schema.json": await componentSchema(inputs) };
}

function projectFile(): string {
  return withArguments(read("Pulumi.yaml"), clusterArgs());
}

/** What is made of them, of the ports and of what is installed, by its path in the project. */
export function generatedFiles(): Record<string, string> {
  const settings = projectSettings();
  return {
    "Pulumi.yaml": projectFile(),
    "docs/configuration.md": configurationPage(settings),
    "docs/components.md": componentsPage({
      cluster: parseOutputs(read("components/cluster/consulCluster.ts")),
      client: parseOutputs(read("components/client/consulClient.ts")),
      clientInputs: clientInputs(),
    }),
    "reference/stack.schema.json": `${prettyJson(stackSchema(settings))}\n`,
    "docs/licences.md": licencesPage(productionPackages(JSON.parse(read("package-lock.json")))),
    "docs/operations.md": withGatesTable(
      read("docs/operations.md"),
      constantsIn(join(root, "components/host-lib")),
    ),
    "docs/security.md": withPortsTable(read("docs/security.md")),
    "docs/sudoers/consul-cluster": sudoersFragment(),
    ...firewallFiles(),
  };
}
