"""An account of AWS as moto has it, and EC2 where moto differs: machines take their time, no address is given twice, what is in use or
protected stays. Whatever of it is not AWS's own is for server.py."""

import base64
import ipaddress
import os
from datetime import datetime

REGION = "eu-central-1"

# Before moto is loaded: no images but ours, and nothing that is not there passes.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "true"
os.environ["MOTO_ENABLE_KEYPAIR_VALIDATION"] = "true"
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "true"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.ec2.models import elastic_network_interfaces  # noqa: E402
from moto.ec2.models.amis import Ami  # noqa: E402
from moto.ec2.models.instances import Instance  # noqa: E402
from moto.ec2.models.subnets import Subnet  # noqa: E402

# Where a machine that is on its way comes to.
ARRIVES = {"pending": "running", "stopping": "stopped", "shutting-down": "terminated"}
STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def enter(instance, state):
    """What the hypervisor says. It says it late of a machine that somebody has sent elsewhere meanwhile: one that is ended while it boots
    is not running when its boot is done. Where a machine has ended, its network interface is free again."""
    if ARRIVES.get(instance._state.name) != state:
        return
    instance._state.name, instance._state.code = state, STATES[state]
    if state == "terminated":
        for interface in instance.nics.values():
            interface.instance, interface.attachment_id, interface.status = None, None, "available"


def slowly(method, state):
    """moto has a machine where it shall go at once; here it is on its way, until the hypervisor says that it has come."""
    original = getattr(Instance, method)

    def patched(self, *args, **kwargs):
        ended = method == "terminate" and self.state == "terminated"
        answer = original(self, *args, **kwargs)
        if not ended:
            self._state.name, self._state.code = state, STATES[state]
        return answer

    setattr(Instance, method, patched)


for method, state in (
    ("__init__", "pending"),
    ("start", "pending"),
    ("stop", "stopping"),
    ("terminate", "shutting-down"),
):
    slowly(method, state)


def reboot(self, *args, **kwargs):
    """EC2 calls a machine running all the while; the hypervisor counts."""
    self.reboots = reboots_of(self) + 1


def reboots_of(instance):
    return getattr(instance, "reboots", 0)


Instance.reboot = reboot


def account():
    return ec2_backends[ACCOUNT][REGION]


def free_address(cidr):
    """EC2 gives no address twice, nor the first four and the last one of a subnet; moto throws dice."""
    taken = {each.private_ip_address for each in account().enis.values()}
    return next(str(each) for each in list(ipaddress.ip_network(cidr))[4:-1] if str(each) not in taken)


elastic_network_interfaces.random_private_ip = free_address


def lay_out(network):
    """Puts the default subnets, one in each zone, where this computer's machines are."""
    parts = list(ipaddress.ip_network(network).subnets(prefixlen_diff=2))
    subnets = [zone for zones in account().subnets.values() for zone in zones.values() if zone.default_for_az]
    for subnet, part in zip(sorted(subnets, key=lambda each: each.availability_zone), parts):
        zone = subnet._availability_zone
        Subnet.__init__(subnet, account(), subnet.id, subnet.vpc_id, str(part), None, zone, True, False)


def publish(image):
    """An image as its publisher has it."""
    account().amis[image["id"]] = Ami(
        account(),
        ami_id=image["id"],
        name=image["name"],
        owner_id=image["owner"],
        architecture=image["architecture"],
        creation_date=datetime.fromisoformat(image["created"]),
        root_device_name=image["rootDevice"],
        root_device_type="ebs",
        virtualization_type="hvm",
        public=True,
    )


def described(instance):
    """What the hypervisor has to know of an instance."""
    key = account().key_pairs.get(instance.key_name)
    return {
        "id": instance.id,
        "state": instance.state,
        "reboots": reboots_of(instance),
        "name": tags_of(instance.id).get("Name", ""),
        "image": instance.image_id,
        "address": instance.private_ip,
        "publicKey": key.public_key if key else "",
        "userData": base64.b64decode(str(instance.user_data or "")).decode(),
        "volumes": [
            disk.volume_id for path, disk in instance.block_device_mapping.items() if path != instance.root_device_name
        ],
    }


def default_network():
    """The default VPC: a subnet in each zone, in the zones' order, and the group of those that name none."""
    zones = [subnet for of_zone in account().subnets.values() for subnet in of_zone.values() if subnet.default_for_az]
    vpc = zones[0].vpc_id
    return {
        "vpc": vpc,
        "securityGroup": account().get_default_security_group(vpc).id,
        "subnets": [
            {"id": each.id, "cidr": each.cidr_block, "zone": each.availability_zone}
            for each in sorted(zones, key=lambda each: each.availability_zone)
        ],
    }


def tags_of(resource):
    return {tag["key"]: tag["value"] for tag in account().describe_tags(filters={"resource-id": [resource]})}


def instances():
    return [instance for each in account().reservations.values() for instance in each.instances]


def protect(parameters, answer):
    """moto hears of protection only where it is put on later."""
    if parameters.get("DisableApiTermination") == "true":
        for instance in instances():
            if instance.id in answer.decode():
                instance.disable_api_termination = True


def refusal(action, parameters):
    """What EC2 refuses and moto does."""
    if action == "DeleteNetworkInterface":
        interface = account().enis.get(parameters["NetworkInterfaceId"])
        if interface and interface.status == "in-use":
            return {"code": "InvalidParameterValue", "message": f"Network interface '{interface.id}' is currently in use."}
    if action == "RunInstances":
        interface = account().enis.get(parameters.get("NetworkInterface.1.NetworkInterfaceId"))
        if interface and interface.status == "in-use":
            return {"code": "InvalidNetworkInterface.InUse", "message": f"Interface: [{interface.id}] in use."}
    return None
