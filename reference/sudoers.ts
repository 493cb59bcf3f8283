import { calledAsRoot, library } from "../components/steps/scripts";

/** What sudo has to let the login user do on a host, as a fragment of its settings. */
export function sudoersFragment(): string {
  const scripts = calledAsRoot.map((name) => `${library}/${name}`).sort();
  return `# What sudo lets the login user of consul-cluster do. Made by \`npm run generate\` from components/steps/scripts.ts.
# Write the login user in the place of admin, then, as root:
#
#   visudo -cf consul-cluster && install -m 0440 consul-cluster /etc/sudoers.d/consul-cluster
#
# What it keeps from whom is in docs/security.md, "sudo".

Cmnd_Alias CONSUL_CLUSTER = ${scripts.join(", \\\n  ")}

# The first run of a host, and every later run with another version, mirror, port or folder, or with new scripts, hands a
# script to a shell: this line is the same as ALL. Take it out between such runs.
Cmnd_Alias CONSUL_CLUSTER_RELEASE = /bin/sh -s -- *, /usr/bin/sh -s -- *

admin ALL=(root) NOPASSWD: CONSUL_CLUSTER
admin ALL=(root) NOPASSWD: CONSUL_CLUSTER_RELEASE
`;
}
