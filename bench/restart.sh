#!/bin/sh
# The naive way to take over a setting: restart, and go on to the next host.
set -eu
systemctl restart consul.service
