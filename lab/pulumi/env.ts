import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";
import type { Toolchain } from "../toolchain/toolchain";
import type { Layout } from "./layout";

/** The environment in which the CLI works on the lab's stacks, and on nobody else's. */
export function pulumiEnv(
  layout: Layout,
  toolchain: Pick<Toolchain, "binDir" | "pulumiHome">,
  stack: string,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...base,
    PATH: [toolchain.binDir, base.PATH].filter(Boolean).join(delimiter),
    PULUMI_HOME: toolchain.pulumiHome,
    PULUMI_BACKEND_URL: pathToFileURL(layout.state).href,
    PULUMI_CONFIG_PASSPHRASE_FILE: layout.passphrase,
    PULUMI_STACK: stack,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The toolchain has seen to the one that is needed. The CLI would fetch one for each package that the program
    // may use: the AWS plugin's hundreds of megabytes, for three machines of this computer.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  // It would win over the file, and the lab's state would be sealed with somebody's own passphrase.
  delete env.PULUMI_CONFIG_PASSPHRASE;
  return env;
}
