"""The API of an account of our own: moto, with machines that take their time, behind a log of every call.

    server.py PORT LOG NETWORK

NETWORK is a CIDR: the account's default VPC gets one subnet of it for each of three zones. Below /_lab/ stands what is not AWS's: what
the hypervisor has to know and to say, and the faults that a test wants. Calls are answered one after the other.
"""

import base64
import ipaddress
import json
import os
import sys
import threading
import time
from datetime import datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl

HERE = Path(__file__).parent
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
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

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
        "name": tags_of(instance.id).get("Name", ""),
        "image": instance.image_id,
        "address": instance.private_ip,
        "publicKey": key.public_key if key else "",
        "userData": base64.b64decode(str(instance.user_data or "")).decode(),
        "volumes": [
            disk.volume_id for path, disk in instance.block_device_mapping.items() if path != instance.root_device_name
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


FAULTS = []


def lab(path, body):
    """Answers what is below /_lab/."""
    if path == "instances":
        return {
            "instances": [described(each) for each in instances()],
            "volumes": {each.id: each.size for each in account().volumes.values()},
            "subnets": sorted(zone for zones in account().subnets.values() for zone in zones),
        }
    if path == "state":
        for instance in instances():
            if instance.id == body["id"]:
                enter(instance, body["state"])
        return {}
    if path == "end":
        account().terminate_instances([body["id"]])
        return {}
    if path == "images":
        publish(body)
        return {}
    if path == "faults":
        FAULTS[:] = body
        return {}
    raise KeyError(path)


def fault_of(action):
    for fault in FAULTS:
        if fault["action"] in (action, "*") and fault.get("times", 1) > 0:
            fault["times"] = fault.get("times", 1) - 1
            return fault
    return None


def error_text(service, code, message):
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "ec2":
        return f"<Response><Errors><Error>{error}</Error></Errors><RequestID>lab</RequestID></Response>"
    return f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>lab</RequestId></ErrorResponse>"


def named_in(parameters):
    """The tags of everything that a call names, as they are before it: permissions hang on them."""
    ids = {value for value in parameters.values() if value.split("-")[0] in ("i", "vol", "eni", "sg", "eipalloc", "key", "subnet", "vpc")}
    names = {value for key, value in parameters.items() if key.startswith("KeyName")}
    ids |= {account().key_pairs[name].id for name in names if name in account().key_pairs}
    return {each: tags_of(each) for each in sorted(ids)}


class Api:
    def __init__(self, log):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.RLock()
        self.log = open(log, "a", buffering=1, encoding="utf-8")

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        path = environ["PATH_INFO"]
        if path.startswith("/_lab/"):
            with self.lock:
                answer = json.dumps(lab(path.removeprefix("/_lab/"), json.loads(body or "{}")))
            start_response("200 OK", [("Content-Type", "application/json")])
            return [answer.encode()]
        return self.aws(environ, start_response, body)

    def aws(self, environ, start_response, body):
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        action = parameters.get("Action", "")
        service = scope_of(environ)
        with self.lock:
            fault = fault_of(action)
        if fault and fault.get("delay"):
            time.sleep(fault["delay"])
        with self.lock:
            tags = named_in(parameters)
            fault = fault if fault and fault.get("code") else refusal(action, parameters)
            if fault:
                status, answer = fault.get("status", 400), error_text(service, fault["code"], fault.get("message", "")).encode()
                start_response(f"{status} FAULT", [("Content-Type", "text/xml")])
            else:
                status, answer = self.moto_answers(environ, start_response, body)
                if action == "RunInstances":
                    protect(parameters, answer)
            self.write(service, action, parameters, tags, status, answer)
        return [answer]

    def moto_answers(self, environ, start_response, body):
        environ["wsgi.input"] = BytesIO(body)
        status = []

        def started(line, headers, exc_info=None):
            status.append(int(line.split()[0]))
            return start_response(line, headers)

        answer = b"".join(self.moto.get_application(environ)(environ, started))
        return status[0], answer

    def write(self, service, action, parameters, tags, status, answer):
        if "UserData" in parameters:
            parameters["UserData"] = f"({len(parameters['UserData'])} characters)"
        entry = {"at": time.time(), "service": service, "action": action, "status": status, "parameters": parameters, "tags": tags}
        if status >= 400:
            entry["error"] = answer.decode(errors="replace").partition("<Code>")[2].partition("</Code>")[0]
        self.log.write(json.dumps(entry) + "\n")


def scope_of(environ):
    """The service that a request is signed for."""
    parts = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    return parts[3] if len(parts) > 3 else ""


class Quietly(WSGIRequestHandler):
    """What is asked stands in the log of calls."""

    def log_request(self, *_):
        pass


def main():
    port, log, network = sys.argv[1:4]
    lay_out(network)
    for image in json.loads((HERE / "images.json").read_text()):
        publish(image)
    server = make_server("127.0.0.1", int(port), Api(log), threaded=True, request_handler=Quietly)
    # The port that was free, where 0 was asked for.
    print(server.server_port, flush=True)
    threading.Thread(target=ends_with_parent, args=(server,), daemon=True).start()
    server.serve_forever()


def ends_with_parent(server):
    """Whoever started this holds the other end of its input."""
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
