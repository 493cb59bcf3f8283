import { Host } from "../support/host";
import type { Rendered } from "./support";

/** A client's host on which the set is staged; `keyring`: the key that its Consul keeps. */
export function clientHost({ plan, files, secrets, wanted }: Rendered, keyring?: string): Host {
  const made = new Host();
  const facts =
    files.facts
      ?.replace(/^data_dir=.*$/m, `data_dir=${made.folder}/data`)
      .replace(/^config_dir=.*$/m, `config_dir=${made.folder}/config`) ?? "";
  for (const [name, text] of Object.entries({ ...files, facts }))
    made.write(`state/staged/config/${name}`, text);
  for (const [name, text] of Object.entries(secrets))
    made.write(`state/staged/secrets/${name}`, text);
  made.write(`releases/${plan.version}/consul`, "", 0o755);
  made.write("state/wanted", wanted);
  made.write("state/facts", facts);
  made.write("data/serf/x", "");
  if (keyring) made.write("data/serf/local.keyring", `["${keyring}"]`);
  return made;
}
