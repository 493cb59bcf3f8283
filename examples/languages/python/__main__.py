"""A Consul cluster from Python: the same one as ../yaml, and a stack of either goes on with the other.

In a project of your own, `pulumi package add` writes the module pulumi_consul_cluster: ../../../docs/languages.md.
"""

import pulumi
from pulumi_consul_cluster import ConsulCluster

config = pulumi.Config()

consul = ConsulCluster(
    "consul",
    mirror=config.require("mirror"),
    signing_key_file=config.get("signingKeyFile"),
    dns_config={"max_stale": config.get("maxStale")},
    nspawn={
        "image": config.require("image"),
        "share": config.require("share"),
        "directory": config.require("directory"),
        "machines": [
            {"name": f"lang-{i}", "address": f"198.18.77.4{i}"} for i in (1, 2, 3)
        ],
    },
)

pulumi.export("httpAddresses", consul.http_addresses)
pulumi.export("ready", consul.ready)
