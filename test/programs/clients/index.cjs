// Settings become client agents: the same way as in the project's own program, past nothing but Pulumi's config.
const { Config } = require("@pulumi/pulumi");
const { ConsulClient } = require("../../../dist/components");

const config = new Config();
const gossipKey = config.requireSecret("gossipKey");
const clients = new ConsulClient("web", { ...config.requireObject("clients"), gossipKey });

module.exports = {
  clients: clients.clients,
  httpAddresses: clients.httpAddresses,
  dnsAddresses: clients.dnsAddresses,
  ready: clients.ready,
};
