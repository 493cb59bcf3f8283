#!/bin/sh
# A web server that says which one it is. Runs on the host as root, through `sh -s`.

set -eu

main() {
  mkdir -p /opt/web
  cat >/opt/web/web.py <<'END'
import http.server
import socket


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (socket.gethostname() + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8080), Page).serve_forever()
END
  cat >/etc/systemd/system/web.service <<'END'
[Unit]
Description=A web server of the example
After=network.target

[Service]
ExecStart=/usr/bin/python3 /opt/web/web.py
DynamicUser=yes
Restart=on-failure

[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  systemctl enable --quiet web
  systemctl restart web
}

main </dev/null
