import type { Row } from "./config";

export const wrongExisting: Row[] = [
  {
    at: "existing.servers[1].hostKey",
    says: ["existing.servers[1].hostKey: is missing; give a string"],
  },
  {
    at: "existing.servers[1].hostKey",
    is: "ssh-ed25519 AAAA",
    says: [
      'existing.servers[1].hostKey: "ssh-ed25519 AAAA" is cut off or mistyped behind "ssh-ed25519"; give "ssh-ed25519 AAAA...", the line of /etc/ssh/ssh_host_ed25519_key.pub',
    ],
  },
  {
    at: "existing.servers[1].privateKeyFile",
    says: [
      "existing.servers[1].privateKey: no private key is given; give exactly one of privateKey and privateKeyFile",
    ],
  },
  {
    at: "existing.servers[1].privateKeyFile",
    is: "/no/such/key",
    says: [
      'existing.servers[1].privateKeyFile: the private key "/no/such/key" does not exist on this computer',
    ],
  },
  {
    at: "existing.servers[1].privateKeyFile",
    is: "FILES/id_ed25519.pub",
    says: [
      'existing.servers[1].privateKeyFile: "FILES/id_ed25519.pub" is the public key; give the file without ".pub"',
    ],
  },
  {
    at: "existing.servers[1].port",
    is: 0,
    says: ["existing.servers[1].port: 0 is not a port; give 1 to 65535"],
  },
  {
    at: "existing.servers[1].port",
    is: 22.5,
    says: ["existing.servers[1].port: 22.5 is not a port; give 1 to 65535"],
  },
  {
    at: "existing.servers[1].user",
    is: "an admin",
    says: ['existing.servers[1].user: "an admin" is not a login name; give one such as "admin"'],
  },
  {
    at: "existing.servers[1].sshHost",
    is: "admin@host",
    says: ['existing.servers[1].sshHost: "admin@host" holds a user; that goes into `user`'],
  },
  {
    at: "existing.servers[1].sshHost",
    is: "host:22",
    says: ['existing.servers[1].sshHost: "host:22" holds a port; that goes into `port`'],
  },
  {
    at: "existing.servers[1].address",
    is: "0.0.0.0",
    says: ['existing.servers[1].address: "0.0.0.0" stands for any address; give the server\'s own'],
  },
  {
    at: "existing.servers[1].sudoPassword",
    is: "in the open",
    says: [
      "existing.servers[1].sudoPassword: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'existing.servers[1].sudoPassword'`",
    ],
  },
  {
    at: "existing.servers[1].privateKey",
    is: "in the open",
    says: [
      "existing.servers[1].privateKey: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'existing.servers[1].privateKey'`",
    ],
  },
  {
    at: "existing.servers[1].bastion.privateKeyFile",
    says: [
      "existing.servers[1].bastion.privateKey: no private key is given; give exactly one of privateKey and privateKeyFile",
    ],
  },
  {
    at: "existing.servers[1].bastion.host",
    is: "",
    says: ['existing.servers[1].bastion.host: "" is empty; give a host name or an IP address'],
  },
  {
    at: "existing.servers[1].bastion.user",
    is: "ops team",
    says: [
      'existing.servers[1].bastion.user: "ops team" is not a login name; give one such as "admin"',
    ],
  },
  {
    at: "existing.servers[1].bastion.hostKey",
    is: "SHA256:uNiVztksCsDhcc0u9e8BrdJXDIIHg",
    says: [
      'existing.servers[1].bastion.hostKey: "SHA256:uNiVztksCsDhcc0u9e8BrdJXDIIHg" is a fingerprint; give the whole key, "ssh-ed25519 AAAA...", the line of /etc/ssh/ssh_host_ed25519_key.pub',
    ],
  },
  {
    at: "existing.servers[1].bastion.privateKeyFile",
    is: "FILES/other",
    says: [
      'existing.servers[1].bastion.privateKeyFile: the private key "FILES/other" does not exist on this computer',
    ],
  },
  {
    at: "existing.servers[1].name",
    is: "consul-2.example.com",
    says: [
      'existing.servers[1].name: "consul-2.example.com" has dots; give one label, Consul adds its domain itself',
    ],
  },
  {
    at: "existing.servers[1].generation",
    is: 1.5,
    says: [
      "existing.servers[1].generation: 1.5 is not a whole number from 1; raise it by one at a time",
    ],
  },
  {
    at: "existing.servers[1].generation",
    is: "2",
    says: ["existing.servers[1].generation: must be a number, not a string; leave the quotes off"],
  },
  {
    at: "existing.servers[1].wipeData",
    is: "",
    says: [
      'existing.servers[1].wipeData: "" is no mark; give up to 40 letters, digits and . : + - such as the number of a ticket',
    ],
  },
];
