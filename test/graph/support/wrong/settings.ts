import { tlsFile } from "../../../support/tlsFiles";
import type { Row } from "./config";

export const wrongSettings: Row[] = [
  { at: "version", is: "v1.22.0", says: ['version: "v1.22.0" has a leading v; write "1.22.0"'] },
  {
    at: "version",
    is: "1.22",
    says: ['version: "1.22" is not a whole version; give one such as "1.22.0", in quotes'],
  },
  {
    at: "version",
    is: "latest",
    says: [
      'version: "latest" is not a version; give one such as "1.22.0", "1.22.0-rc1" or "1.22.0+ent"',
    ],
  },
  {
    at: "allowDowngradeTo",
    is: "1.19.2",
    says: [
      'allowDowngradeTo: "1.19.2" is not the version that is asked for, "1.22.0"; name the same release, or take it out',
    ],
  },
  {
    at: "mirror",
    is: "http://mirror.example",
    says: ['mirror: "http://mirror.example" is not encrypted; give https:// or file://'],
  },
  {
    at: "mirror",
    is: "mirror.example",
    says: [
      'mirror: "mirror.example" is not a URL; give one that starts with "https://" or "file:///"',
    ],
  },
  {
    at: "signingKey",
    is: "hashicorp.asc",
    says: [
      "signingKey: holds no whole block of OpenPGP; give what `gpg --armor --export FINGERPRINT` prints, or name its file in signingKeyFile",
    ],
  },
  {
    at: "signingKeyFile",
    is: "/no/such/key.asc",
    says: ['signingKeyFile: "/no/such/key.asc" does not exist on this computer'],
  },
  {
    at: "signingKeyFile",
    is: "FILES/id_ed25519",
    says: [
      'signingKeyFile: holds no whole block of OpenPGP; give what `gpg --armor --export FINGERPRINT` prints into "FILES/id_ed25519"',
    ],
  },
  {
    at: "sha256",
    is: { amd64: "1234", x86_64: "0".repeat(64) },
    says: [
      'sha256.amd64: "1234" is not a SHA-256 in hex, 64 digits; take it from the release\'s SHA256SUMS',
      "sha256.x86_64: is no architecture of a release; known are 386, amd64, arm, arm64, s390x",
    ],
  },
  { at: "removeData", is: "no", says: ["removeData: must be true or false, not a string"] },
  {
    at: "datacenter",
    is: "DC 1",
    says: [
      'datacenter: "DC 1" is not a datacenter\'s name; give lower-case letters, digits, `-` and `_`',
    ],
  },
  {
    at: "domain",
    is: "-consul",
    says: ['domain: "-consul" must not start or end with `-`; give a domain such as "consul"'],
  },
  {
    at: "configDir",
    is: "etc/consul",
    says: ['configDir: "etc/consul" is not an absolute path; start it with `/`'],
  },
  {
    at: "configDir",
    is: "/etc",
    says: ['configDir: "/etc" is a folder of the system; give one below it'],
  },
  {
    at: "dataDir",
    is: "/var/consul/../x",
    says: ['dataDir: "/var/consul/../x" holds `//`, `/./` or `/../`; write it straight'],
  },
  {
    at: "dataDir",
    is: "/etc/consul.d/server",
    says: [
      'dataDir: configDir "/etc/consul.d/server" and dataDir "/etc/consul.d/server" lie one inside the other; keep them apart',
    ],
  },
  {
    at: "gossipKey",
    is: "c2hvcnQ=",
    says: [
      "gossipKey: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'gossipKey'`",
    ],
  },
  {
    at: "gossip.rotation",
    is: 0,
    says: ["gossip.rotation: 0 is not a whole number from 1; the first key is 1"],
  },
  {
    at: "acl",
    is: "deny",
    says: ["acl: must be an object, not a string"],
  },
  {
    at: "acl.defaultPolicy",
    is: "permit",
    says: [
      'acl.defaultPolicy: "permit" is none of "deny" (nobody without a token), "allow" (the step before it) and "off"',
    ],
  },
  {
    at: "acl.managementToken",
    is: "0b511b38-9014-4f68-9b61-b23fc4f3e61c",
    says: [
      "acl.managementToken: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'acl.managementToken'`",
    ],
  },
  {
    at: "acl.rotation",
    is: 0,
    says: ["acl.rotation: 0 is not a whole number from 1; the first tokens are 1"],
  },
  { at: "tls", is: "on", says: ["tls: must be an object, not a string"] },
  {
    at: "tls.mode",
    is: "on",
    says: [
      'tls.mode: "on" is none of "required" (TLS alone), "preferred", "outgoing" and "offered" (the steps before it) and "off"',
    ],
  },
  {
    at: "tls.caKey",
    is: "x",
    says: [
      "tls.caKey: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'tls.caKey'`",
      "tls.caCertificate: is missing; give the certificate of the CA",
    ],
  },
  {
    at: "tls.caCertificate",
    is: "x",
    says: [
      "tls.caCertificate: holds no certificate; give one in PEM",
      "tls: beside caCertificate give exactly one of caKey (certificates are made with it) and certificates (the servers' own)",
    ],
  },
  {
    at: "tls.authorities",
    is: [2, 2],
    says: ["tls.authorities: 2 stands there twice; give it once"],
  },
  {
    at: "tls.trustedCaCertificates",
    is: "x",
    says: ["tls.trustedCaCertificates: holds no certificate; give one in PEM"],
  },
  {
    at: "tls",
    is: {
      caCertificate: tlsFile("ca.pem"),
      certificates: { "consul-1": { certificate: "x", privateKey: "x" } },
    },
    says: [
      "tls.certificates.consul-1.privateKey: stands unencrypted in the stack file; store it with `pulumi config set --secret --path 'tls.certificates.consul-1.privateKey'`",
      "tls.certificates.consul-2: is missing; every server needs one",
      "tls.certificates.consul-3: is missing; every server needs one",
      "tls.certificates.consul-1.certificate: holds no certificate; give one in PEM",
    ],
  },
  {
    at: "tls.certificates",
    is: "x",
    says: [
      "tls.certificates: must be an object, not a string",
      "tls.caCertificate: is missing; give the certificate of the CA",
    ],
  },
  {
    at: "tls",
    is: { clientCertificates: "yes" },
    says: ["tls.clientCertificates: must be true or false, not a string"],
  },
  { at: "tls", is: { renewal: 1.5 }, says: ["tls.renewal: 1.5 is no whole number from 0 on"] },
  {
    at: "tls",
    is: { renewal: "2" },
    says: ["tls.renewal: must be a number, not a string; leave the quotes off"],
  },
  {
    at: "addresses.https",
    is: "0.0.0.0",
    says: [
      "addresses.https: has no effect without `tls` in mode required or preferred; leave it out",
    ],
  },
  { at: "enableSyslog", is: "yes", says: ["enableSyslog: must be true or false, not a string"] },
  { at: "ui", is: 1, says: ["ui: must be true or false, not a number"] },
  {
    at: "performance.raftMultiplier",
    is: 11,
    says: [
      "performance.raftMultiplier: 11 is not a whole number from 1 to 10; 1 is for production",
    ],
  },
  {
    at: "performance.raftmultiplier",
    is: 1,
    says: ["performance.raftmultiplier: is not a setting; did you mean raftMultiplier?"],
  },
  {
    at: "rollout.healthTimeout",
    is: "90",
    says: [
      'rollout.healthTimeout: "90" is no Go duration of whole seconds from 1 second to 1 hour; give one such as "90s"',
    ],
  },
  {
    at: "rollout.snapshotTimeout",
    is: "1500ms",
    says: [
      'rollout.snapshotTimeout: "1500ms" is no Go duration of whole seconds from 1 second to 1 hour; give one such as "90s"',
    ],
  },
  {
    at: "rollout.transferTimeout",
    is: "0s",
    says: [
      'rollout.transferTimeout: "0s" is no Go duration of whole seconds from 1 second to 1 hour; give one such as "90s"',
    ],
  },
  {
    at: "rollout.recoveryTimeout",
    is: "2h",
    says: [
      'rollout.recoveryTimeout: "2h" is no Go duration of whole seconds from 1 second to 1 hour; give one such as "90s"',
    ],
  },
  {
    at: "dnsConfig.maxStale",
    is: "15",
    says: ['dnsConfig.maxStale: "15" is not a Go duration; give one, with its unit: "15s"'],
  },
  {
    at: "dnsConfig.allowStale",
    is: "true",
    says: ["dnsConfig.allowStale: must be true or false, not a string; leave the quotes off"],
  },
  {
    at: "retryInterval",
    is: "ten seconds",
    says: ['retryInterval: "ten seconds" is not a Go duration; give one such as "15s" or "1h30m"'],
  },
  {
    at: "skipLeaveOnInterrupt",
    is: "x",
    says: ["skipLeaveOnInterrupt: must be true or false, not a string"],
  },
  {
    at: "leaveOnTerminate",
    is: 0,
    says: ["leaveOnTerminate: must be true or false, not a number"],
  },
  { at: "rejoinAfterLeave", is: [], says: ["rejoinAfterLeave: must be true or false, not a list"] },
  {
    at: "ports.http",
    is: 0,
    says: ["ports.http: 0 is not a port; give 1 to 65535, or -1 to switch the listener off"],
  },
  {
    at: "ports.http",
    is: -1,
    says: [
      'ports.http: -1 leaves HTTPS alone, which answers with `tls` in mode required or preferred, and not "off": no API would be left, and health is asked for there; give 1 to 65535, or that mode',
    ],
  },
  {
    at: "ports.http",
    is: 53,
    says: ["ports.http: 53 is the port of ports.dns by default; give each its own"],
  },
  {
    at: "ports.https",
    is: 80,
    says: ["ports.https: 80 is the port of ports.http by default; give each its own"],
  },
  { at: "ports.server", is: 70000, says: ["ports.server: 70000 is not a port; give 1 to 65535"] },
  {
    at: "ports.dns",
    is: 0,
    says: ["ports.dns: 0 is not a port; give 1 to 65535, or -1 to switch the listener off"],
  },
  {
    at: "ports.grpc",
    is: 8503,
    says: ["ports.grpc: 8503 is the port of ports.grpcTls by default; give each its own"],
  },
  {
    at: "ports.grpcTls",
    is: 22.5,
    says: ["ports.grpcTls: 22.5 is not a port; give 1 to 65535, or -1 to switch the listener off"],
  },
  {
    at: "ports.serfLan",
    is: -1,
    says: [
      "ports.serfLan: -1 would switch this listener off, and servers need it to talk; give 1 to 65535",
    ],
  },
  {
    at: "ports.serfWan",
    is: "8302",
    says: ["ports.serfWan: must be a number, not a string; leave the quotes off"],
  },
  { at: "ports.htpp", is: 80, says: ["ports.htpp: is not a setting; did you mean http?"] },
  {
    at: "addresses.http",
    is: "0.0.0.0,::",
    says: ['addresses.http: "0.0.0.0,::" is not an IP address; give one such as "10.0.0.11"'],
  },
  {
    at: "addresses.http",
    is: "unix:///tmp/http.sock",
    says: [
      'addresses.http: "unix:///tmp/http.sock" is not inside /run, and Consul\'s sandbox lets it make a socket nowhere else; give "unix:///run/consul/http.sock"',
    ],
  },
  {
    at: "addresses.http",
    is: "own 0.0.0.0",
    says: ['addresses.http: "0.0.0.0" takes every address already; give it alone'],
  },
  {
    at: "addresses.http",
    is: "own 198.18.77.11",
    says: ['addresses.http: "198.18.77.11" is what "own" stands for; give one of the two'],
  },
  {
    at: "addresses.http",
    is: "own own",
    says: ['addresses.http: "own" stands there twice; give it once'],
  },
  {
    at: "addresses.dns",
    is: "eth0",
    says: ['addresses.dns: "eth0" is not an IP address; give one such as "10.0.0.11"'],
  },
  {
    at: "recursors",
    is: ["dns.example"],
    says: ['recursors[0]: "dns.example" is not an IP address; give one such as "10.0.0.11"'],
  },
  {
    at: "recursors",
    is: ["198.18.77.11"],
    says: [
      'recursors[0]: "198.18.77.11" is nspawn.machines[0] itself, where Consul answers; questions would go in a circle',
    ],
  },
  { at: "recursors", is: "1.1.1.1", says: ["recursors: must be a list, not a string"] },
  {
    at: "environment.GO MAXPROCS",
    is: "2",
    says: [
      "environment.GO MAXPROCS: is not a variable's name; give letters, digits and `_`, not starting with a digit",
    ],
  },
  {
    at: "environment.GOMAXPROCS",
    is: "2\n3",
    says: [
      "environment.GOMAXPROCS: holds a line break or a NUL, which a unit's environment cannot; give one line",
    ],
  },
  {
    at: "extraConfig.datacenter",
    is: "x",
    says: ["extraConfig.datacenter: is governed by this component: use the argument `datacenter`"],
  },
  {
    at: "extraConfig.encrypt",
    is: "x",
    says: ["extraConfig.encrypt: is governed by this component: use the argument `gossipKey`"],
  },
  { at: "extraConfig", is: [], says: ["extraConfig: must be an object, not a list"] },
  {
    at: "recursor",
    is: ["1.1.1.1"],
    says: ["recursor: is not a setting; did you mean recursors?"],
  },
  { at: "data_dir", is: "/srv", says: ["data_dir: is not a setting; did you mean dataDir?"] },
];
