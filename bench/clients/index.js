// A client agent for each port on loopback that it gets: behind all of them is the one SSH server that the benchmark starts.
const { Config } = require("@pulumi/pulumi");
const { ConsulClient } = require("../../dist/components");

const config = new Config();
const ports = config.requireObject("ports");
const login = config.requireObject("login");

new ConsulClient("many", {
  servers: ["10.0.0.1"],
  gossipKey: config.requireSecret("gossipKey"),
  existing: {
    hosts: ports.map((port, i) => ({
      ...login,
      port,
      name: `web-${i + 1}`,
      address: `10.1.${Math.floor(i / 200)}.${1 + (i % 200)}`,
    })),
  },
});
