import { join } from "node:path";
import type { Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { run } from "../system/command";
import { Failure } from "../system/failure";
import { asRoot } from "../system/privilege";
import { which } from "../system/which";

/** What the lab needs of the system, by the names that Debian and Ubuntu share. */
const packages = [
  // the toolchain's downloads and the release mirror
  "ca-certificates",
  "curl",
  "unzip",
  "zip",
  // the root file system; Ubuntu does not know Debian's keys by itself
  "debian-archive-keyring",
  "mmdebstrap",
  // the machines, their network and the resolver
  "dnsmasq-base",
  "iproute2",
  "nftables",
  "openssh-client",
  "systemd-container",
  // the tests: an sshd to dial, tools to look at processes, names and scripts, and the shells and awks of other systems
  "bind9-dnsutils",
  "busybox",
  "gawk",
  "mawk",
  "openssh-server",
  "procps",
  "shellcheck",
  // a program in Python, in the tests of other languages
  "python3-venv",
] as const;

export const packagesTask: Task = {
  title: "System packages",
  ready: async () => (await missingPackages()).length === 0,
  run: async (step) => {
    const missing = await missingPackages();
    if (!which("apt-get")) throw new Failure(noApt(missing));
    step.detail(`installing ${missing.length}`);
    await runInStep(step, await asRoot(["sh", join(__dirname, "install.sh"), ...missing]), {
      onLine: (line) => {
        const action = /^(?:Unpacking|Setting up) [^ :]+/.exec(line)?.[0];
        if (action) step.detail(action);
      },
    });
    return missing.join(" ");
  },
};

async function missingPackages(): Promise<string[]> {
  if (!which("dpkg-query")) throw new Failure(noApt(packages));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in
  const format = "${Package} ${db:Status-Status}\\n";
  // It fails for names it has never heard of, and still lists the others.
  const { stdout } = await run(["dpkg-query", "--show", `--showformat=${format}`, ...packages]);
  return notInstalled(packages, stdout);
}

/** Those of `wanted` that dpkg-query does not list as installed. */
export function notInstalled(wanted: readonly string[], listing: string): string[] {
  const installed = new Set(
    listing
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

function noApt(missing: readonly string[]): string {
  return (
    "The lab's set-up installs packages with apt, and this is neither Debian nor Ubuntu. " +
    `Use one of these, in a virtual machine if need be; needed are: ${missing.join(" ")}.`
  );
}
