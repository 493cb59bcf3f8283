import { Failure } from "../system/failure";

/** How Pulumi's and Go's worlds name the processor of this machine. */
const names: Partial<Record<NodeJS.Architecture, { pulumi: string; go: string }>> = {
  x64: { pulumi: "x64", go: "amd64" },
  arm64: { pulumi: "arm64", go: "arm64" },
};

export function architecture(arch = process.arch): { pulumi: string; go: string } {
  const name = names[arch];
  if (name) return name;
  throw new Failure(
    `There is neither a Pulumi CLI nor a Consul release for ${arch}: use an x64 or arm64 machine.`,
  );
}
