"""The API of an account of our own: moto, with machines that take their time, behind a log of every call.

    server.py PORT LOG NETWORK

NETWORK is a CIDR: the account's default VPC gets one subnet of it for each of three zones. Below /_lab/ stands what is not AWS's: what
the hypervisor has to know and to say, and the faults that a test wants. Calls are answered one after the other.
"""

import json
import socket
import sys
import threading
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl

import aws_account as aws
from aws_account import account, tags_of
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

HERE = Path(__file__).parent

FAULTS = []

# What somebody does to an instance who is not Pulumi.
OPERATIONS = {"end": "terminate_instances", "stop": "stop_instances", "start": "start_instances", "reboot": "reboot_instances"}


def lab(path, body):
    """Answers what is below /_lab/."""
    if path == "instances":
        return {
            "instances": [aws.described(each) for each in aws.instances()],
            "volumes": {each.id: each.size for each in account().volumes.values()},
            "network": aws.default_network(),
        }
    if path == "state":
        for instance in aws.instances():
            if instance.id == body["id"]:
                aws.enter(instance, body["state"])
        return {}
    if path in OPERATIONS:
        getattr(account(), OPERATIONS[path])([body["id"]])
        return {}
    if path == "images":
        aws.publish(body)
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
        # What was answered to each call, by the number that a vendor's SDK gives it: one whose answer was lost on the way is asked again,
        # and a role that stands in its profile since the first time would be refused as the second one.
        self.answers = {}
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
            lost = bool(fault and fault.get("lost"))
            fault = fault if fault and fault.get("code") else aws.refusal(action, parameters)
            if fault:
                status, answer = fault.get("status", 400), error_text(service, fault["code"], fault.get("message", "")).encode()
                start_response(f"{status} FAULT", [("Content-Type", "text/xml")])
            else:
                line, headers, answer = self.moto_answers_once(environ, body, action, parameters)
                status = int(line.split()[0])
                start_response(line, headers)
            self.write(service, action, parameters, tags, status, answer, environ.get("HTTP_AMZ_SDK_REQUEST", ""))
        if lost:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return [answer]

    def moto_answers_once(self, environ, body, action, parameters):
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if call in self.answers:
            return self.answers[call]
        line, headers, answer = self.moto_answers(environ, body)
        if action == "RunInstances":
            aws.protect(parameters, answer)
        if call and not line.startswith("5"):
            self.answers[call] = line, headers, answer
        return line, headers, answer

    def moto_answers(self, environ, body):
        environ["wsgi.input"] = BytesIO(body)
        begun = []
        answer = b"".join(self.moto.get_application(environ)(environ, lambda line, headers, _=None: begun.append((line, headers))))
        return *begun[0], answer

    def write(self, service, action, parameters, tags, status, answer, attempt):
        if "UserData" in parameters:
            parameters["UserData"] = f"({len(parameters['UserData'])} characters)"
        entry = {"at": time.time(), "service": service, "action": action, "status": status, "parameters": parameters, "tags": tags}
        if "attempt=" in attempt and "attempt=1;" not in attempt:
            entry["again"] = attempt
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
    aws.lay_out(network)
    for image in json.loads((HERE / "images.json").read_text()):
        aws.publish(image)
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
