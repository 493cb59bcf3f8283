import type { Row } from "./config";

export const wrongMachines: Row[] = [
  {
    at: "nspawn.machines",
    is: [],
    says: ["nspawn.machines: no server; a cluster needs one at least; give 1, 3, 5 or 7"],
  },
  {
    at: "nspawn.machines[2]",
    says: [
      "nspawn.machines: 2 servers, an even number; they survive as many failures as 1: 0; give 1, 3, 5 or 7",
    ],
  },
  {
    at: "nspawn.machines[1].name",
    is: "consul.2",
    says: [
      'nspawn.machines[1].name: "consul.2" has dots; give one label, Consul adds its domain itself',
    ],
  },
  {
    at: "nspawn.machines[1].name",
    is: "consul_2",
    says: ['nspawn.machines[1].name: "consul_2" may hold letters, digits and `-` only'],
  },
  {
    at: "nspawn.machines[1].name",
    is: "-consul",
    says: ['nspawn.machines[1].name: "-consul" must not start or end with `-`'],
  },
  {
    at: "nspawn.machines[1].name",
    is: "localhost",
    says: [
      'nspawn.machines[1].name: "localhost" is every computer\'s name for itself; give another',
    ],
  },
  {
    at: "nspawn.machines[1].name",
    is: "CONSUL-1",
    says: ['nspawn.machines[1].name: "CONSUL-1" is the name of nspawn.machines[0] already'],
  },
  {
    at: "nspawn.machines[1].name",
    is: 2,
    says: ["nspawn.machines[1].name: must be a string, not a number; put it in quotes"],
  },
  {
    at: "nspawn.machines[1].address",
    is: "198.18.77.300",
    says: [
      'nspawn.machines[1].address: "198.18.77.300" is not an IP address; give one such as "10.0.0.11"',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "198.18.77.11",
    says: [
      'nspawn.machines[1].address: "198.18.77.11" is the address of nspawn.machines[0] already',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "10.0.0.1",
    says: [
      'nspawn.machines[1].address: "10.0.0.1" is outside of the gateway\'s network "198.18.77.1/24"',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "198.18.77.12/24",
    says: [
      'nspawn.machines[1].address: "198.18.77.12/24" is a network; give the address without "/..."',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "fd00::12",
    says: [
      'nspawn.machines[1].address: "fd00::12" and "198.18.77.11" of nspawn.machines[0] are of different families; give all servers IPv4 or all IPv6 addresses',
      'nspawn.machines[1].address: "fd00::12" is outside of the gateway\'s network "198.18.77.1/24"',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "198.18.77.1",
    says: [
      'nspawn.machines[1].address: "198.18.77.1" is the gateway\'s own address; give the machine another',
    ],
  },
  {
    at: "nspawn.machines[1].address",
    is: "198.18.77.255",
    says: [
      'nspawn.machines[1].address: "198.18.77.255" is the broadcast address of the network; give another',
    ],
  },
  {
    at: "nspawn.machines[1].generation",
    is: 0,
    says: [
      "nspawn.machines[1].generation: 0 is not a whole number from 1; raise it by one at a time",
    ],
  },
  {
    at: "nspawn.machines[1].generation",
    is: "2",
    says: ["nspawn.machines[1].generation: must be a number, not a string; leave the quotes off"],
  },
  {
    at: "nspawn.machines[1].wipeData",
    is: "two words",
    says: [
      'nspawn.machines[1].wipeData: "two words" is no mark; give up to 40 letters, digits and . : + - such as the number of a ticket',
    ],
  },
  {
    at: "nspawn.machines[1].adress",
    is: "198.18.77.12",
    says: ["nspawn.machines[1].adress: is not a setting; did you mean address?"],
  },
  { at: "nspawn.image", says: ["nspawn.image: is missing; give a string"] },
  {
    at: "nspawn.image",
    is: "/no/such.tar",
    says: ['nspawn.image: the image "/no/such.tar" does not exist on this computer'],
  },
  {
    at: "nspawn.bridge",
    is: "a bridge",
    says: [
      'nspawn.bridge: "a bridge" is not an interface\'s name; give 1 to 15 letters, digits and `_ . -`, a letter first',
    ],
  },
  {
    at: "nspawn.bridge",
    is: "lo",
    says: ['nspawn.bridge: "lo" has a meaning of its own; give another name'],
  },
  {
    at: "nspawn.gateway",
    is: "198.18.77.1",
    says: [
      'nspawn.gateway: "198.18.77.1" is not an address with its prefix length; give one such as "198.18.77.1/24"',
    ],
  },
  {
    at: "nspawn.gateway",
    is: "198.18.77.0/24",
    says: [
      'nspawn.gateway: "198.18.77.0/24" is the address of the network itself; give this computer\'s address in it',
    ],
  },
  {
    at: "nspawn.user",
    is: "root",
    says: ['nspawn.user: "root" is not made, it is there; give a user with sudo, such as "admin"'],
  },
  {
    at: "nspawn.user",
    is: "consul",
    says: ['nspawn.user: "consul" is an account of the system; give another, such as "admin"'],
  },
  {
    at: "nspawn.directory",
    is: "/etc",
    says: ['nspawn.directory: "/etc" is a folder of the system; give one below it'],
  },
  {
    at: "nspawn.share",
    is: "/no/such/folder",
    says: ['nspawn.share: the folder "/no/such/folder" does not exist on this computer'],
  },
];
